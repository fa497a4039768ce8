"""The modules of the smoke test; NumPy says where its headers are."""

import numpy
from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension("smoke_c", ["smoke_c.c"]),
        Extension("smoke_cpp", ["smoke_cpp.cpp"], language="c++"),
        Extension("smoke_numpy", ["smoke_numpy.c"], include_dirs=[numpy.get_include()]),
    ],
    py_modules=[],
)
