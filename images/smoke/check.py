"""Run in the Pyodide runtime: each module must do what the same source does natively."""

from fractions import Fraction
from io import BytesIO

import cffi
import matplotlib as mpl
import numpy
import smoke_c
import smoke_cpp
import smoke_numpy
import yaml
import yaml._yaml
from matplotlib.figure import Figure
from PIL import Image

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

assert yaml.load("a: [1, 2.5]", Loader=yaml.CSafeLoader) == {"a": [1, 2.5]}
ffi = cffi.FFI()
ffi.cdef("typedef struct { int a; double b; } pair;")
assert ffi.sizeof("pair") == 16
called = ffi.callback("int(int)", lambda number: number + 1)
assert called(41) == 42

mpl.rcParams["savefig.dpi"] = 50
figure = Figure(figsize=(4, 3))
axes = figure.add_subplot(title="waves")
axes.contourf(numpy.hypot(*numpy.mgrid[-1:1:20j, -1:1:20j]))
for form in ("png", "jpeg", "svg", "pdf"):
    figure.savefig(BytesIO(), format=form)
written = BytesIO()
figure.savefig(written, format="png")
picture = Image.open(written).convert("RGB")
assert picture.size == (200, 150)
assert len(set(picture.get_flattened_data())) > 50
versions = f"NumPy {numpy.__version__}, matplotlib {mpl.__version__}, PyYAML {yaml.__version__}"
print(f"smoke: C, C++, {versions} and cffi {cffi.__version__} run in the runtime")
