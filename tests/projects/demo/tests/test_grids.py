"""Diffusion and integration."""

import math

import numpy as np
import pytest
import reference
import ripple


@pytest.mark.parametrize("edges", ["fixed", "free", "periodic"])
def test_smoothing_agrees_with_numpy(rough, edges):
    np.testing.assert_allclose(
        ripple.smooth(rough, 7, rate=0.2, edges=edges),
        reference.smooth(rough, 7, 0.2, edges),
        rtol=1e-12,
        atol=1e-12,
    )


@pytest.mark.parametrize("edges", ["free", "periodic"])
def test_smoothing_keeps_the_sum(rng, edges):
    grid = rng.normal(size=(9, 12))
    assert ripple.smooth(grid, 100, edges=edges).sum() == pytest.approx(grid.sum(), abs=1e-11)


def test_smoothing_stays_between_the_extremes(rng):
    grid = rng.uniform(-1, 1, size=(20, 20))
    spread = [float(np.ptp(ripple.smooth(grid, passes, rate=0.25))) for passes in range(6)]
    assert spread == sorted(spread, reverse=True)
    assert spread[0] > spread[-1]


def test_repeated_smoothing_of_a_spike_gives_binomials():
    spike = np.zeros(21)
    spike[10] = 4.0**5
    smoothed = ripple.smooth(spike, 5, rate=0.25)
    np.testing.assert_array_equal(smoothed[5:16], [math.comb(10, k) for k in range(11)])


@pytest.mark.parametrize(("shape", "spacing"), [((8,), 0.25), ((5, 7), (0.5, 2.0)), ((2, 2), 3)])
def test_integrals_agree_with_numpy(rng, shape, spacing):
    values = rng.normal(size=shape)
    expected = values
    for step in reversed(np.broadcast_to(spacing, len(shape))):
        expected = np.trapezoid(expected, dx=step, axis=-1)
    assert ripple.integrate(values, spacing=spacing) == pytest.approx(float(expected), rel=1e-13)


def test_a_plane_is_integrated_exactly():
    y, x = np.mgrid[:5, :9] / 4.0
    assert ripple.integrate(2 * x + 8 * y + 1, spacing=0.25) == 14.0


def test_integrals_do_not_lose_small_terms():
    values = [0.0, 1.0, 1e16, 1.0, -1e16, 0.0]
    assert float(np.trapezoid(values)) != 2.0
    assert ripple.integrate(values) == 2.0


def test_an_infinite_sample_gives_an_infinite_integral():
    assert ripple.integrate([0.0, np.inf, 0.0]) == np.inf
