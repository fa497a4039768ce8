// What C++ code leans on: exceptions through several frames with destructors, iostreams,
// the standard library's algorithms with a lambda.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Counted {
  explicit Counted(int &n) : count(n) {}
  ~Counted() { ++count; }
  int &count;
};

void fall(int depth, int &count) {
  Counted guard(count);
  if (depth == 0) throw std::out_of_range("the bottom");
  fall(depth - 1, count);
}

PyObject *thrown(PyObject *, PyObject *arg) {
  long depth = PyLong_AsLong(arg);
  if (depth == -1 && PyErr_Occurred()) return nullptr;
  int count = 0;
  try {
    fall(static_cast<int>(depth), count);
  } catch (const std::exception &error) {
    return Py_BuildValue("(si)", error.what(), count);
  }
  Py_RETURN_NONE;
}

PyObject *streamed(PyObject *, PyObject *arg) {
  double x = PyFloat_AsDouble(arg);
  if (x == -1.0 && PyErr_Occurred()) return nullptr;
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << x << " " << std::hex << 255;
  return PyUnicode_FromString(text.str().c_str());
}

PyObject *sorted(PyObject *, PyObject *) {
  std::vector<std::string> words{"side", "module", "wasm"};
  std::sort(words.begin(), words.end(), [](auto &a, auto &b) { return a.size() < b.size() || (a.size() == b.size() && a < b); });
  return PyUnicode_FromString((words[0] + words[1] + words[2]).c_str());
}

PyMethodDef methods[] = {{"thrown", thrown, METH_O, nullptr},
                         {"streamed", streamed, METH_O, nullptr},
                         {"sorted", sorted, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};

PyModuleDef module = {PyModuleDef_HEAD_INIT, "smoke_cpp", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_smoke_cpp(void) { return PyModule_Create(&module); }
