/* NumPy's C API. Compiled against headers that are not the target's, it loads and computes
   nonsense: sizes, strides and types are therefore looked at, not just that it runs. */
#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <numpy/arrayobject.h>

static PyObject *columns(PyObject *self, PyObject *arg) {
  PyArrayObject *table = (PyArrayObject *)PyArray_FROM_OTF(arg, NPY_DOUBLE, NPY_ARRAY_ALIGNED);
  if (!table) return NULL;
  if (PyArray_NDIM(table) != 2) {
    Py_DECREF(table);
    PyErr_SetString(PyExc_ValueError, "a table has two dimensions");
    return NULL;
  }
  npy_intp rows = PyArray_DIM(table, 0), width = PyArray_DIM(table, 1);
  PyArrayObject *sums = (PyArrayObject *)PyArray_ZEROS(1, &width, NPY_LONGDOUBLE, 0);
  for (npy_intp j = 0; sums && j < width; j++)
    for (npy_intp i = 0; i < rows; i++)
      *(npy_longdouble *)PyArray_GETPTR1(sums, j) += *(double *)PyArray_GETPTR2(table, i, j);
  Py_DECREF(table);
  return (PyObject *)sums;
}

static PyMethodDef methods[] = {{"columns", columns, METH_O, NULL}, {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "smoke_numpy", NULL, -1, methods};

PyMODINIT_FUNC PyInit_smoke_numpy(void) {
  import_array();
  return PyModule_Create(&module);
}
