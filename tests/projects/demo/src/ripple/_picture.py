"""Pictures of grids as SVG, so that a browser needs no plotting library."""

from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVELS = 8
LOW, MIDDLE, HIGH = (33, 102, 172), (247, 247, 247), (178, 24, 43)


def render_svg(
    grid: ArrayLike, *, limit: float | None = None, cell: int = 8, title: str = "wave"
) -> str:
    """Draw a grid as an SVG picture: a curve in 1-D, a map of colours in 2-D.

    In a map, blue is below zero, red above and nearly white at rest.

    Parameters
    ----------
    grid : array_like
        Heights in one or two dimensions.
    limit : float, optional
        The height, up or down, of the strongest colours; by default the
        largest in `grid`. Heights beyond it are drawn as the limit.
    cell : int, optional
        The size of a cell in pixels.
    title : str, optional
        What the picture shows, for those who cannot see it.

    Returns
    -------
    str
        A complete ``<svg>`` element.

    Raises
    ------
    ValueError
        If `grid` is empty, holds a NaN or an infinity or has not one or two
        dimensions, or `limit` or `cell` is not positive.

    Examples
    --------
    >>> import ripple
    >>> svg = ripple.render_svg([[0, 1, 1], [-2, 0, 0]])
    >>> for line in svg.splitlines():
    ...     if line.startswith("<path"):
    ...         print(line)
    <path stroke="#2166ac" d="M0 1.5h1"/>
    <path stroke="#d48891" d="M1 0.5h2"/>

    In a notebook, ``IPython.display.SVG(svg)`` shows it.
    """
    heights = np.asarray(grid, dtype=np.float64)
    if heights.ndim not in {1, 2} or heights.size == 0:
        msg = "a grid has one or two dimensions and at least one cell"
        raise ValueError(msg)
    if not np.isfinite(heights).all():
        msg = "a grid with NaN or infinity cannot be drawn"
        raise ValueError(msg)
    top = float(np.abs(heights).max()) or 1.0 if limit is None else float(limit)
    if not (0 < top < np.inf and cell > 0):
        msg = "limit and cell must be positive"
        raise ValueError(msg)

    scaled = np.clip(heights / top, -1.0, 1.0)
    if scaled.ndim == 1:
        rows, cols = 16, scaled.size
        body = _curve(scaled, rows)
    else:
        rows, cols = scaled.shape
        body = _map(np.rint(scaled * LEVELS).astype(int))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{cols * cell}"'
        f' height="{rows * cell}" viewBox="0 0 {cols} {rows}">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="100%" height="100%" fill="{_colour(0)}"/>\n'
        f"{body}\n</svg>\n"
    )


def _curve(scaled: NDArray[np.float64], rows: int) -> str:
    points = " ".join(
        f"{column}.5,{rows / 2 - height * (rows / 2 - 1):.3f}"
        for column, height in enumerate(scaled)
    )
    return f'<polyline fill="none" stroke="{_colour(LEVELS)}" stroke-width=".4" points="{points}"/>'


def _map(levels: NDArray[np.int_]) -> str:
    """Draw one path for each colour: a stroke for each run of it in a row."""
    strokes: dict[int, list[str]] = {}
    for number, row in enumerate(levels):
        starts = np.flatnonzero(np.diff(row, prepend=row[0] - 1))
        lengths = np.diff(starts, append=row.size)
        for start, length in zip(starts, lengths, strict=True):
            strokes.setdefault(int(row[start]), []).append(f"M{start} {number}.5h{length}")
    strokes.pop(0, None)
    paths = (
        f'<path stroke="{_colour(level)}" d="{"".join(strokes[level])}"/>'
        for level in sorted(strokes)
    )
    return "\n".join(paths)


def _colour(level: int) -> str:
    end = HIGH if level > 0 else LOW
    share = abs(level) / LEVELS
    mixed = (round(a + (b - a) * share) for a, b in zip(MIDDLE, end, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
