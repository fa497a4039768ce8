"""Pictures made of letters."""

from importlib.metadata import version

__version__ = version("pictures")


def draw(width):
    """Draw a line.

    Parameters
    ----------
    width : int
        In letters.

    Examples
    --------
    >>> pictures.draw(3)
    '***'
    """
    return "*" * width
