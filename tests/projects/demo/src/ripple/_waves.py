"""The wave equation, its energy, diffusion and the trapezoidal rule.

Signatures, defaults and documentation live here; arguments are checked and the
arithmetic is done in :mod:`ripple._kernel`.
"""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ripple import _kernel

Grid: TypeAlias = NDArray[np.float64]
Edges: TypeAlias = Literal["fixed", "free", "periodic"]


def propagate(
    start: ArrayLike, steps: int, *, courant: float = 0.5, edges: Edges = "fixed"
) -> Grid:
    """Let a wave run from rest and return its shape at the end.

    The wave equation is stepped by the leapfrog scheme on a grid with equal
    spacing along every axis.

    Parameters
    ----------
    start : array_like
        The height of every cell at the start, in one dimension (a string) or
        two (a membrane). It is not changed.
    steps : int
        The number of time steps; 0 returns a copy of `start`.
    courant : float, optional
        The distance a wave travels in one step, in cells. The scheme is stable
        up to 1 on a string and up to ``1 / sqrt(2)`` on a membrane.
    edges : {"fixed", "free", "periodic"}, optional
        What happens at the border: its cells keep their height, they move
        freely, or the grid continues at the opposite side.

    Returns
    -------
    ndarray
        The heights after `steps` steps, of type float64 and shaped as `start`.

    Raises
    ------
    TypeError
        If `start` cannot be cast to float64 safely, or `steps` is no integer.
    ValueError
        If `start` is empty or has not one or two dimensions, `steps` is
        negative, `courant` is outside the stable range or `edges` is unknown.

    See Also
    --------
    frames : The same run with every step kept.

    Examples
    --------
    A plucked string: the pulse splits in two halves that run apart.

    >>> import ripple
    >>> string = [0, 0, 0, 0, 1, 0, 0, 0, 0]
    >>> ripple.propagate(string, steps=3, courant=1.0)
    array([0. , 0.5, 0. , 0. , 0. , 0. , 0. , 0.5, 0. ])

    Two steps later they have come back from the fixed ends, upside down:

    >>> ripple.propagate(string, steps=5, courant=1.0)
    array([ 0. , -0.5,  0. ,  0. ,  0. ,  0. ,  0. , -0.5,  0. ])
    """
    return _kernel.propagate(start, steps, courant, edges)


def frames(start: ArrayLike, steps: int, *, courant: float = 0.5, edges: Edges = "fixed") -> Grid:
    """Let a wave run from rest and return every frame of the run.

    Parameters
    ----------
    start : array_like
        The height of every cell at the start, in one or two dimensions.
    steps : int
        The number of time steps.
    courant : float, optional
        The distance a wave travels in one step, in cells: at most 1 on a
        string and ``1 / sqrt(2)`` on a membrane.
    edges : {"fixed", "free", "periodic"}, optional
        What happens at the border, as in `propagate`.

    Returns
    -------
    ndarray
        The frames along a new first axis, ``steps + 1`` of them: frame 0 is
        `start`.

    Raises
    ------
    TypeError
        If `start` cannot be cast to float64 safely, or `steps` is no integer.
    ValueError
        If an argument is outside its range, as in `propagate`, or the frames
        are more than an array can hold.
    MemoryError
        If there is no room for the frames.

    See Also
    --------
    propagate : The last frame only.
    energy : The energy between two of the frames.

    Examples
    --------
    >>> import ripple
    >>> print(ripple.frames([0, 0, 1, 0, 0], steps=3, courant=1.0, edges="free"))
    [[0.  0.  1.  0.  0. ]
     [0.  0.5 0.  0.5 0. ]
     [0.5 0.  0.  0.  0.5]
     [0.5 0.  0.  0.  0.5]]
    """
    return _kernel.frames(start, steps, courant, edges)


def energy(
    now: ArrayLike, before: ArrayLike, *, courant: float = 0.5, edges: Edges = "fixed"
) -> float:
    """Return the energy of a wave between two successive frames.

    This is the discrete energy that the leapfrog scheme conserves exactly: half
    the squared motion, and half of `courant` squared times the product of the
    slopes of the two frames, summed without loss by rounding.

    Parameters
    ----------
    now, before : array_like
        Two successive frames of one run.
    courant : float, optional
        The value the run was made with.
    edges : {"fixed", "free", "periodic"}, optional
        The edges the run was made with.

    Returns
    -------
    float
        The energy, in units of the height squared per step squared.

    Raises
    ------
    TypeError
        If a frame cannot be cast to float64 safely.
    ValueError
        If the frames differ in shape, are empty or have not one or two
        dimensions, `courant` is outside the stable range or `edges` is unknown.

    Examples
    --------
    After a thousand steps all of it is still there:

    >>> import ripple
    >>> film = ripple.frames([0, 0, 4, 0, 0, 0], steps=1000, courant=0.5)
    >>> ripple.energy(film[1], film[0], courant=0.5)
    3.25
    >>> round(ripple.energy(film[1000], film[999], courant=0.5), 9)
    3.25
    """
    return _kernel.energy(now, before, courant, edges)


def smooth(grid: ArrayLike, passes: int = 1, *, rate: float = 0.125, edges: Edges = "free") -> Grid:
    """Smooth a grid by letting its heights diffuse.

    In each pass a cell gives `rate` of its difference to each neighbour.

    Parameters
    ----------
    grid : array_like
        Heights in one or two dimensions. It is not changed.
    passes : int, optional
        How often to do it.
    rate : float, optional
        How much flows: above 0, at most 0.5 in one dimension and 0.25 in two.
    edges : {"free", "fixed", "periodic"}, optional
        What happens at the border, as in `propagate`. With ``"free"`` and
        ``"periodic"`` the sum of all heights stays the same.

    Returns
    -------
    ndarray
        The smoothed heights, of type float64.

    Raises
    ------
    TypeError
        If `grid` cannot be cast to float64 safely, or `passes` is no integer.
    ValueError
        If `grid` is empty or has not one or two dimensions, `passes` is
        negative, `rate` is outside its range or `edges` is unknown.

    Examples
    --------
    >>> import ripple
    >>> ripple.smooth([0, 0, 0, 16, 0, 0, 0], rate=0.25)
    array([0., 0., 4., 8., 4., 0., 0.])
    >>> ripple.smooth([0, 0, 0, 16, 0, 0, 0], passes=2, rate=0.25)
    array([0., 1., 4., 6., 4., 1., 0.])
    """
    return _kernel.smooth(grid, passes, rate, edges)


def integrate(values: ArrayLike, *, spacing: float | tuple[float, ...] = 1.0) -> float:
    """Integrate samples on a regular grid by the trapezoidal rule.

    The terms are summed without loss by rounding.

    Parameters
    ----------
    values : array_like
        Samples in one or two dimensions, two or more along every axis.
    spacing : float or tuple of float, optional
        The distance between samples, for all axes or for each.

    Returns
    -------
    float
        The integral.

    Raises
    ------
    TypeError
        If `values` cannot be cast to float64 safely.
    ValueError
        If `values` has not one or two dimensions or fewer than two samples
        along an axis, or `spacing` does not fit the axes or is not positive.

    Examples
    --------
    The integral of x squared from 0 to 3 is 9; more samples come closer.

    >>> import numpy as np
    >>> import ripple
    >>> ripple.integrate([0, 1, 4, 9])
    9.5
    >>> x = np.linspace(0, 3, 7)
    >>> ripple.integrate(x**2, spacing=0.5)
    9.125
    """
    samples = np.asarray(values)
    steps = np.asarray(spacing, dtype=np.float64)
    if steps.shape not in {(), (samples.ndim,)}:
        msg = f"spacing must be one number or one for each of the {samples.ndim} axes"
        raise ValueError(msg)
    if not (np.isfinite(steps).all() and (steps > 0).all()):
        msg = "spacing must be positive"
        raise ValueError(msg)
    return _kernel.integrate(samples, float(np.broadcast_to(steps, samples.ndim).prod()))
