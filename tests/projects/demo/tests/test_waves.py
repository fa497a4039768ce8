"""The wave equation: against NumPy, against theory, and its conservation laws."""

from itertools import pairwise

import numpy as np
import pytest
import reference
import ripple

EDGES = ["fixed", "free", "periodic"]


@pytest.mark.parametrize("edges", EDGES)
def test_every_frame_agrees_with_numpy(rough, edges):
    film = ripple.frames(rough, 25, courant=0.6, edges=edges)
    np.testing.assert_allclose(
        film, reference.frames(rough, 25, 0.6, edges), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 10])
def test_propagate_is_the_last_frame(rough, steps):
    film = ripple.frames(rough, steps, edges="free")
    assert film.shape == (steps + 1, *rough.shape)
    np.testing.assert_array_equal(ripple.propagate(rough, steps, edges="free"), film[-1])


def test_a_pulse_runs_one_cell_per_step_without_changing():
    string = np.zeros(41)
    string[20] = 1.0
    wave = ripple.propagate(string, 12, courant=1.0)
    expected = np.zeros(41)
    expected[[8, 32]] = 0.5
    np.testing.assert_array_equal(wave, expected)


def test_a_standing_wave_swings_at_the_frequency_of_the_scheme():
    cells, steps, courant = 33, 57, 0.7
    shape = np.sin(np.pi * np.arange(cells) / (cells - 1))
    angle = 2 * np.arcsin(courant * np.sin(np.pi / (2 * (cells - 1))))
    np.testing.assert_allclose(
        ripple.propagate(shape, steps, courant=courant), shape * np.cos(angle * steps), atol=1e-13
    )


@pytest.mark.parametrize("edges", EDGES)
def test_energy_is_conserved(rng, edges):
    film = ripple.frames(rng.normal(size=(12, 15)), 300, courant=0.7, edges=edges)
    energies = [
        ripple.energy(now, before, courant=0.7, edges=edges) for before, now in pairwise(film)
    ]
    np.testing.assert_allclose(energies, energies[0], rtol=1e-11)
    assert energies[0] > 0


@pytest.mark.parametrize("edges", ["free", "periodic"])
def test_the_mean_height_is_conserved(rng, edges):
    start = rng.normal(size=(11, 14))
    wave = ripple.propagate(start, 200, edges=edges)
    assert wave.mean() == pytest.approx(start.mean(), abs=1e-12)


def test_a_fixed_border_does_not_move(rng):
    start = rng.normal(size=(8, 10))
    film = ripple.frames(start, 40, edges="fixed")
    for border in (np.s_[0, :], np.s_[-1, :], np.s_[:, 0], np.s_[:, -1]):
        np.testing.assert_array_equal(film[:, *border], np.tile(start[border], (41, 1)))
    assert not np.array_equal(film[-1], start)


def test_a_periodic_grid_has_no_special_place(rng):
    start = rng.normal(size=(7, 9))
    moved = np.roll(start, (3, 4), axis=(0, 1))
    np.testing.assert_allclose(
        ripple.propagate(moved, 20, edges="periodic"),
        np.roll(ripple.propagate(start, 20, edges="periodic"), (3, 4), axis=(0, 1)),
        atol=1e-13,
    )


def test_rows_and_columns_are_treated_alike(rng):
    start = rng.normal(size=(6, 11))
    np.testing.assert_allclose(
        ripple.propagate(start.T, 15), ripple.propagate(start, 15).T, atol=1e-13
    )


def test_waves_superpose(rng):
    one, two = rng.normal(size=(2, 9, 9))
    np.testing.assert_allclose(
        ripple.propagate(one + 3 * two, 20),
        ripple.propagate(one, 20) + 3 * ripple.propagate(two, 20),
        atol=1e-12,
    )


def test_the_largest_courant_number_on_a_membrane_is_stable(rng):
    start = rng.normal(size=(10, 10))
    wave = ripple.propagate(start, 2000, courant=1 / np.sqrt(2))
    assert np.abs(wave).max() < 100 * np.abs(start).max()


def test_energy_keeps_small_terms_beside_large_ones():
    now = np.array([1e8, 1.0, 1e8 + 1, 0.0, 2e8])
    before = np.zeros(5)
    assert ripple.energy(now, before) == 0.5 * (1e16 + 1.0 + (1e16 + 2e8 + 1) + 4e16)
