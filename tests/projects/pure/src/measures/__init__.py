"""Lengths, durations and masses: read, converted and written."""

import math
import re
from types import MappingProxyType

__all__ = ["convert", "parse", "tell"]

# Per unit: what it measures and its size in metres, seconds or grams.
UNITS = MappingProxyType(
    {
        "m": ("length", 1.0),
        "in": ("length", 0.0254),
        "ft": ("length", 0.3048),
        "mi": ("length", 1609.344),
        "s": ("time", 1.0),
        "min": ("time", 60.0),
        "h": ("time", 3600.0),
        "g": ("mass", 1.0),
        "lb": ("mass", 453.59237),
    }
)
PREFIXED = frozenset({"m", "s", "g"})
PREFIXES = MappingProxyType({"n": -9, "µ": -6, "m": -3, "c": -2, "": 0, "k": 3, "M": 6, "G": 9})
QUANTITY = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\W\d_]+)\s*")


def _size(unit: str) -> tuple[str, float]:
    """Return what `unit` measures and its size; plain names win over prefixes."""
    if unit in UNITS:
        return UNITS[unit]
    prefix, base = unit[:1], unit[1:]
    if prefix in PREFIXES and base in PREFIXED:
        kind, size = UNITS[base]
        return kind, size * 10.0 ** PREFIXES[prefix]
    msg = f"unknown unit {unit!r}"
    raise ValueError(msg)


def convert(value: float, unit: str, to: str) -> float:
    """Convert a value from one unit to another.

    Parameters
    ----------
    value : float
        How many of `unit`.
    unit, to : str
        Units of one kind: ``m``, ``s`` and ``g`` with a prefix or without,
        ``in``, ``ft``, ``mi``, ``min``, ``h``, ``lb``.

    Returns
    -------
    float
        How many of `to` that is.

    Raises
    ------
    ValueError
        If a unit is unknown, or the two measure different things.

    Examples
    --------
    >>> import measures
    >>> measures.convert(26.2, "mi", "km")
    42.1648128
    >>> measures.convert(90, "min", "h")
    1.5
    """
    (kind, size), (to_kind, to_size) = _size(unit), _size(to)
    if kind != to_kind:
        msg = f"{unit!r} is a {kind} and {to!r} a {to_kind}"
        raise ValueError(msg)
    return value * size / to_size


def parse(text: str) -> tuple[float, str]:
    """Read a number with a unit.

    Parameters
    ----------
    text : str
        For instance ``"3.5 km"``.

    Returns
    -------
    value : float
        The number.
    unit : str
        The unit as it was written.

    Raises
    ------
    ValueError
        If `text` is anything else or the unit is unknown.

    Examples
    --------
    >>> import measures
    >>> measures.parse("3.5 km")
    (3.5, 'km')
    >>> measures.convert(*measures.parse("2 h"), "min")
    120.0
    """
    match = QUANTITY.fullmatch(text)
    if match is None:
        msg = f"not a number with a unit: {text!r}"
        raise ValueError(msg)
    value, unit = match.groups()
    _size(unit)
    return float(value), unit


def tell(value: float, unit: str, *, digits: int = 3) -> str:
    """Write a value with the SI prefix that makes it readable.

    Parameters
    ----------
    value : float
        How many of `unit`.
    unit : {"m", "s", "g"}
        The unit without a prefix.
    digits : int, optional
        How many significant digits to write at most.

    Returns
    -------
    str
        The number, a space, and the unit with its prefix.

    Raises
    ------
    ValueError
        If `unit` takes no prefix, `value` is not finite or `digits` is below 1.

    Examples
    --------
    >>> import measures
    >>> measures.tell(0.00042, "m")
    '420 µm'
    >>> measures.tell(6_371_000, "m", digits=2)
    '6.4 Mm'
    """
    if unit not in PREFIXED:
        msg = f"{unit!r} takes no prefix"
        raise ValueError(msg)
    if not math.isfinite(value) or digits < 1:
        msg = "only finite values can be told, in one digit or more"
        raise ValueError(msg)
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded))) if rounded else 0
    power = min(9, max(-9, exponent - exponent % 3))
    prefix = next(name for name, size in PREFIXES.items() if size == power)
    scaled = float(f"{rounded / 10.0**power:.{digits - 1}e}")
    return f"{scaled:.15g} {prefix}{unit}"
