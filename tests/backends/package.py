"""What every project of tests is: the package ``sample``, and its modules in C and C++."""

from textwrap import dedent
from typing import Final

C: Final = """
    #include <Python.h>
    #include <assert.h>
    static PyObject *twice(PyObject *self, PyObject *number) {
        assert(number != NULL); /* names this file, unless NDEBUG is defined */
        return PyNumber_Add(number, number);
    }
    static PyObject *where(PyObject *self, PyObject *nothing) {
        return PyUnicode_FromString(__FILE__);
    }
    static PyMethodDef methods[] = {
        {"twice", twice, METH_O, 0}, {"where", where, METH_NOARGS, 0}, {0}
    };
    static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_core", 0, -1, methods};
    PyMODINIT_FUNC PyInit__core(void) { return PyModule_Create(&module); }
    """
PYBIND11: Final = """
    #include <pybind11/pybind11.h>
    PYBIND11_MODULE(_core, module) {
        module.def("twice", [](int number) { return 2 * number; });
        module.def("where", []() { return __FILE__; });
    }
    """
PACKAGE: Final = {
    "sample/__init__.py": '"""A sample."""\n\nfrom sample._core import twice\n',
    "sample/other.py": "OTHER = 1\n",
}


def pyproject(backend: str, requires: str, more: str = "") -> str:
    """Give a ``pyproject.toml``: the backend, its requirements as TOML strings, more tables."""
    return (
        f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{backend}"\n'
        f'[project]\nname = "sample"\nversion = "1.0"\ndescription = "A sample."\n{dedent(more)}'
    )
