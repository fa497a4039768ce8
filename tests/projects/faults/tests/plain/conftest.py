import pytest


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long")


@pytest.fixture
def from_conftest():
    return "conftest"
