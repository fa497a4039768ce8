/* What C code leans on and a wrong toolchain gets wrong: long double, a callback through a
   function pointer, setjmp. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <setjmp.h>
#include <stdlib.h>

static jmp_buf out;

static void jump(int value) { longjmp(out, value); }

static PyObject *long_jump(PyObject *self, PyObject *arg) {
  long value = PyLong_AsLong(arg);
  if (value == -1 && PyErr_Occurred()) return NULL;
  int got = setjmp(out);
  if (got == 0) jump((int)value);
  return PyLong_FromLong(got);
}

static PyObject *long_double(PyObject *self, PyObject *arg) {
  double x = PyFloat_AsDouble(arg);
  if (x == -1.0 && PyErr_Occurred()) return NULL;
  /* One third in 113 bits, as the sum of two doubles. Not printed: the runtime's printf was
     linked without PRINTF_LONG_DOUBLE and shows a long double as a double. */
  volatile long double third = (long double)x / 3.0L;
  double high = (double)third;
  return Py_BuildValue("(dd)", high, (double)(third - (long double)high));
}

static int by_value(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return (d > 0) - (d < 0);
}

static PyObject *callback(PyObject *self, PyObject *list) {
  Py_ssize_t n = PyList_Size(list);
  if (n < 0) return NULL;
  double *items = PyMem_New(double, n ? n : 1);
  if (!items) return PyErr_NoMemory();
  for (Py_ssize_t i = 0; i < n; i++) {
    items[i] = PyFloat_AsDouble(PyList_GetItem(list, i));
    if (items[i] == -1.0 && PyErr_Occurred()) {
      PyMem_Free(items);
      return NULL;
    }
  }
  qsort(items, (size_t)n, sizeof *items, by_value);
  PyObject *sorted = PyList_New(n);
  for (Py_ssize_t i = 0; sorted && i < n; i++) {
    PyObject *item = PyFloat_FromDouble(items[i]);
    if (!item) {
      Py_CLEAR(sorted);
      break;
    }
    PyList_SetItem(sorted, i, item);
  }
  PyMem_Free(items);
  return sorted;
}

static PyMethodDef methods[] = {{"long_jump", long_jump, METH_O, NULL},
                                {"long_double", long_double, METH_O, NULL},
                                {"callback", callback, METH_O, NULL},
                                {NULL, NULL, 0, NULL}};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "smoke_c", NULL, -1, methods};

PyMODINIT_FUNC PyInit_smoke_c(void) { return PyModule_Create(&module); }
