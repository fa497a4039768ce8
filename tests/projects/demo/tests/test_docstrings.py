"""Every public function has examples, and they print what they say."""

import doctest

import pytest
import ripple


@pytest.mark.parametrize("name", ripple.__all__)
def test_examples(name):
    (example,) = doctest.DocTestFinder(recurse=False).find(getattr(ripple, name), name, globs={})
    assert example.examples
    complaints = []
    result = doctest.DocTestRunner().run(example, out=complaints.append)
    assert result.failed == 0, "".join(complaints)
