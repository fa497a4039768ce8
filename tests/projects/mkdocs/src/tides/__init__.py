"""Heights of the tide, from the constituents that make it."""

import math
from dataclasses import dataclass

__all__ = ["Constituent", "beat", "height"]
__version__ = "1.0.0"


@dataclass(frozen=True)
class Constituent:
    """A wave that is a part of the tide.

    Parameters
    ----------
    amplitude
        In metres.
    period
        In hours.

    Examples
    --------
    The moon's own, and what it does in six hours:

    >>> moon = tides.Constituent(amplitude=2.0, period=12.0)
    >>> moon.at(6.0)
    -2.0
    """

    amplitude: float
    period: float

    def at(self, hours: float) -> float:
        """Give its height after some hours, in metres."""
        return round(self.amplitude * math.cos(2 * math.pi * hours / self.period), 3)


def height(constituents: list[Constituent], hours: float) -> float:
    """Give the height of the tide.

    Parameters
    ----------
    constituents
        What it is made of.
    hours
        Since all of them were highest.

    Returns
    -------
    float
        Metres above the mean.

    Examples
    --------
    Sun and moon together:

    >>> parts = [tides.Constituent(2.0, 12.0), tides.Constituent(0.5, 12.5)]
    >>> tides.height(parts, 0.0)
    2.5
    >>> tides.height(parts, 6.0)  # doctest: +ELLIPSIS
    -2.49...

    How the two drift apart can be seen with `beat`.
    """
    return round(sum(part.at(hours) for part in constituents), 3)


def beat(one: Constituent, other: Constituent) -> float:
    """Give the hours after which two constituents are highest together again.

    Examples
    --------
    This one wants a thread, which no kernel in a browser can start: it has no button.

    >>> import threading
    >>> found = []
    >>> pair = tides.Constituent(1.0, 12.0), tides.Constituent(1.0, 12.5)
    >>> hand = threading.Thread(target=lambda: found.append(tides.beat(*pair)))
    >>> hand.start()
    >>> hand.join()
    >>> found
    [300.0]
    """
    return round(1 / abs(1 / one.period - 1 / other.period), 3)
