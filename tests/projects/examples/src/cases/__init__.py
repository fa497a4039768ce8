"""One function for each way that an example can go."""


def works():
    """Work.

    Examples
    --------
    >>> import cases
    >>> cases.works()
    5
    >>> print("a"); 0.1 + 0.2
    a
    0.3
    >>> cases.works(1)
    Traceback (most recent call last):
      ...
    TypeError: works() takes 0 positional arguments but 1 was given
    >>> object()  # doctest: +SKIP
    <object object at 0x7f0000000000>
    """
    return 5


def differs():
    """Give something else.

    Examples
    --------
    >>> import cases
    >>> cases.differs()
    5
    """
    return 6


def fails():
    """Raise.

    Examples
    --------
    >>> import cases
    >>> cases.fails()
    5
    >>> print("never reached")
    never reached
    """
    raise ValueError("it fails\nin two lines")


def alone():
    """Be tried in an interpreter of its own: nothing is imported here.

    Examples
    --------
    >>> cases.alone()
    """


def slow():
    """Never end.

    Examples
    --------
    >>> import cases
    >>> cases.slow()
    """
    while True:
        try:
            while True:
                pass
        except Exception:
            continue


def slow_in_c():
    """Never return to Python.

    Examples
    --------
    >>> import cases
    >>> cases.slow_in_c()
    """
    import collections
    import itertools

    collections.deque(itertools.count(), maxlen=0)


def leaves():
    """End the process.

    Examples
    --------
    >>> import cases
    >>> cases.leaves()
    """
    import os

    print("the last words", flush=True)
    os._exit(3)


def aborts():
    """End the interpreter.

    Examples
    --------
    >>> import cases
    >>> cases.aborts()
    """
    import os

    os.abort()


def fills():
    """Ask for more memory than there can be.

    Examples
    --------
    >>> import cases
    >>> cases.fills()
    """
    return [None] * 2**30


def threads():
    """Start a thread.

    Examples
    --------
    >>> import cases
    >>> cases.threads()
    """
    import threading

    threading.Thread(target=print).start()


def package():
    """Want a package that is not there.

    Examples
    --------
    >>> import cases
    >>> cases.package()
    """
    import no_such_package


def preambled():
    """Be tried after the preamble that the settings have for it.

    Examples
    --------
    >>> cases.preambled()
    7
    """
    return 7
