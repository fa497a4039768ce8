"""Fixtures that end the interpreter; a class and a module whose fixtures stay whole."""

import faults
import pytest


@pytest.fixture
def dies():
    faults.leave()


@pytest.fixture
def dies_after():
    yield
    faults.leave()


def test_set_up(dies):
    pass


def test_tear_down(dies_after):
    pass


class TestClass:
    made = 0

    @classmethod
    def setup_class(cls):
        cls.made += 1

    @classmethod
    def teardown_class(cls):
        assert cls.made == 1

    def test_one(self):
        assert self.made == 1

    def test_two(self):
        assert self.made == 1


def test_last():
    pass
