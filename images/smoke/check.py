"""Run in the Pyodide runtime: each module must do what the same source does natively."""

from fractions import Fraction

import numpy
import smoke_c
import smoke_cpp
import smoke_numpy

assert smoke_c.long_jump(7) == 7
high, low = smoke_c.long_double(1.0)
assert high == 1 / 3
assert abs(Fraction(high) + Fraction(low) - Fraction(1, 3)) < Fraction(1, 2**105)
assert smoke_c.callback([3.0, 1.0, 2.0]) == [1.0, 2.0, 3.0]
assert smoke_cpp.thrown(5) == ("the bottom", 6)
assert smoke_cpp.streamed(3.14159) == "3.142 ff"
assert smoke_cpp.sorted() == "sidewasmmodule"

table = numpy.arange(24.0).reshape(4, 6)[::2, ::-3]
sums = smoke_numpy.columns(table)
assert sums.dtype == numpy.longdouble
assert sums.tolist() == table.sum(axis=0).tolist() == [22.0, 16.0]
assert numpy.linalg.inv(numpy.array([[2.0, 0.0], [0.0, 4.0]])).tolist() == [[0.5, 0.0], [0.0, 0.25]]
assert numpy.finfo(numpy.longdouble).nmant == 112
print("smoke: C, C++ and NumPy", numpy.__version__, "run in the runtime")
