"""What the functions accept, what they refuse, and that they leave input alone."""

import gc
import sys

import numpy as np
import pytest
import ripple


@pytest.mark.parametrize("dtype", ["?", "i1", "u4", "i8", "f2", "f4", ">f8", ">i2"])
def test_every_type_that_fits_is_taken_and_float64_returned(dtype):
    grid = np.array([[0, 1, 0], [1, 0, 1], [0, 0, 1]])
    result = ripple.propagate(grid.astype(dtype), 3)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, ripple.propagate(grid.astype(float), 3))


@pytest.mark.parametrize(
    "view",
    [np.s_[::2, ::3], np.s_[::-1, :], np.s_[:, ::-1], np.s_[1:-1, 2], np.s_[3, ::-2]],
    ids=str,
)
def test_strided_views_are_read_right(rng, view):
    grid = rng.normal(size=(10, 12))[view]
    np.testing.assert_array_equal(ripple.smooth(grid, 3), ripple.smooth(grid.copy(), 3))


def test_fortran_order_and_lists_are_read_right(rng):
    grid = rng.normal(size=(4, 6))
    expected = ripple.propagate(grid, 5)
    np.testing.assert_array_equal(ripple.propagate(np.asfortranarray(grid), 5), expected)
    np.testing.assert_array_equal(ripple.propagate(grid.tolist(), 5), expected)


def test_unaligned_memory_is_read_right():
    records = np.zeros(7, dtype=np.dtype([("flag", "u1"), ("height", "f8")]))
    records["height"] = np.arange(7) ** 2
    assert not records["height"].flags.aligned
    np.testing.assert_array_equal(
        ripple.smooth(records["height"]), ripple.smooth(np.arange(7) ** 2)
    )


def test_input_is_neither_changed_nor_shared(rng):
    grid = rng.normal(size=(6, 6))
    grid.flags.writeable = False
    before = grid.copy()
    for result in (ripple.propagate(grid, 0), ripple.smooth(grid, 0), ripple.frames(grid, 0)):
        assert not np.shares_memory(result, grid)
        assert result.flags.writeable
    ripple.propagate(grid, 9)
    np.testing.assert_array_equal(grid, before)


@pytest.mark.parametrize(
    "grid", [[1j, 2j], [object()], {"a": 1}], ids=["complex", "object", "dict"]
)
def test_what_is_no_number_is_a_type_error(grid):
    with pytest.raises(TypeError):
        ripple.propagate(grid, 1)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0), (2, 2, 2)], ids=str)
@pytest.mark.parametrize("function", [ripple.propagate, ripple.frames, ripple.smooth])
def test_other_shapes_are_refused(function, shape):
    with pytest.raises(ValueError, match="a grid has"):
        function(np.zeros(shape), 1)


@pytest.mark.parametrize("courant", [0.0, -0.5, 1.0001, np.nan, np.inf])
def test_an_unstable_courant_number_is_refused(courant):
    with pytest.raises(ValueError, match="at most 1 on a string"):
        ripple.propagate([0, 1, 0], 1, courant=courant)


def test_a_membrane_has_the_lower_limit():
    grid = np.eye(3)
    ripple.propagate(grid, 1, courant=0.707)
    for call in (ripple.propagate, ripple.frames):
        with pytest.raises(ValueError, match=r"1/sqrt\(2\) on a membrane"):
            call(grid, 1, courant=0.708)
    with pytest.raises(ValueError, match="membrane"):
        ripple.energy(grid, grid, courant=0.708)


@pytest.mark.parametrize("rate", [0.0, 0.26, np.nan])
def test_an_unstable_rate_is_refused(rate):
    with pytest.raises(ValueError, match=r"at most 0\.25 in two dimensions"):
        ripple.smooth(np.eye(3), rate=rate)


def test_steps_are_whole_and_not_negative():
    with pytest.raises(ValueError, match="steps must not be negative, got -1"):
        ripple.propagate([0, 1, 0], -1)
    with pytest.raises(ValueError, match="passes must not be negative, got -2"):
        ripple.smooth([0, 1, 0], -2)
    with pytest.raises(TypeError):
        ripple.frames([0, 1, 0], 1.0)
    assert ripple.propagate([0, 1, 0], np.int8(2)).shape == (3,)


@pytest.mark.parametrize("steps", [sys.maxsize, sys.maxsize - 1])
def test_more_frames_than_memory_has_addresses_for_are_refused(steps):
    with pytest.raises(ValueError, match=r"too large|too big"):
        ripple.frames(np.zeros(8), steps)


def test_edges_are_named():
    with pytest.raises(ValueError, match="not 'open'"):
        ripple.propagate([0, 1, 0], 1, edges="open")
    with pytest.raises(TypeError, match="edges must be a str, not int"):
        ripple.smooth([0, 1, 0], edges=1)


def test_energy_wants_two_frames_of_one_shape():
    with pytest.raises(ValueError, match="differ in shape"):
        ripple.energy(np.zeros(4), np.zeros((1, 4)))
    with pytest.raises(TypeError):
        ripple.energy(np.zeros(4), [1j] * 4)


@pytest.mark.parametrize(
    ("shape", "spacing", "message"),
    [
        ((1,), 1.0, "two points"),
        ((4, 1), 1.0, "two points"),
        ((4,), (1.0, 2.0), "each of the 1 axes"),
        ((4, 4), (1.0,), "each of the 2 axes"),
        ((4,), 0.0, "positive"),
        ((4,), np.nan, "positive"),
    ],
)
def test_integrals_that_make_no_sense_are_refused(shape, spacing, message):
    with pytest.raises(ValueError, match=message):
        ripple.integrate(np.ones(shape), spacing=spacing)


@pytest.mark.skipif(not hasattr(sys, "getrefcount"), reason="counts references")
def test_failing_calls_hold_on_to_nothing():
    grid = np.zeros((4, 4))
    gc.collect()
    count = sys.getrefcount(grid)
    for _ in range(20):
        for call in (
            lambda: ripple.frames(grid, -1),
            lambda: ripple.frames(grid, sys.maxsize - 1),
            lambda: ripple.propagate(grid, 1, courant=2.0),
            lambda: ripple.smooth(grid, 1, rate=2.0),
            lambda: ripple.energy(grid, grid[:2]),
            lambda: ripple.integrate(grid[:1]),
        ):
            with pytest.raises(ValueError, match=r"."):
                call()
    gc.collect()
    assert sys.getrefcount(grid) == count
