/* The numerical core of ripple.
 *
 * A grid is a C-contiguous array of doubles with one or two dimensions; a 1-D
 * grid is treated as a single row. Everything rests on the graph Laplacian
 *
 *     L u[i] = sum over the neighbours j of i of (u[j] - u[i])
 *
 * A neighbour that does not exist is replaced by the cell itself, which adds
 * nothing to the sum: a free edge. L is symmetric for every kind of edge, and
 * so the leapfrog scheme conserves a discrete energy to rounding error.
 *
 * The arithmetic runs without the interpreter lock, in bursts between which
 * signals are looked at, so that a long run can be interrupted.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>

#include <float.h>
#include <math.h>
#include <string.h>

/* About 20 ms of work: short enough to feel interruptible, long enough for the
 * cost of taking the lock not to show. */
#define CELLS_PER_BURST ((npy_intp)1 << 23)

typedef enum { EDGES_FIXED, EDGES_FREE, EDGES_PERIODIC } Edges;

typedef struct {
    int ndim;
    npy_intp rows;
    npy_intp cols;
    Edges edges;
} Grid;

/* Where the frames of a run lie: frame k is in the even or the odd place, moved
 * on by `stride` for each pair. Stride 0 keeps the last two frames only. */
typedef struct {
    double *even;
    double *odd;
    npy_intp stride;
} Film;

typedef enum { DIFFUSE, LEAPFROG } Scheme;

/* ---- arithmetic: nothing below touches a Python object ---------------- */

static npy_intp
neighbour(npy_intp index, npy_intp step, npy_intp length, Edges edges)
{
    const npy_intp there = index + step;

    if (there >= 0 && there < length) {
        return there;
    }
    return edges == EDGES_PERIODIC ? (there + length) % length : index;
}

static inline double
laplacian(const double *up, const double *mid, const double *down,
          npy_intp left, npy_intp here, npy_intp right)
{
    const double value = mid[here];

    return ((up[here] - value) + (down[here] - value)) +
           ((mid[left] - value) + (mid[right] - value));
}

/* next = now + (now - before) + weight * L now
 *
 * `before` may be `now` (start from rest, diffusion) and `next` may be `before`
 * (in place), because a cell of `before` is read for that cell only. */
static void
advance(const Grid *grid, const double *now, const double *before,
        double weight, double *next)
{
    const npy_intp rows = grid->rows, cols = grid->cols;
    const int fixed = grid->edges == EDGES_FIXED;

    for (npy_intp row = 0; row < rows; row++) {
        const npy_intp offset = row * cols;
        const double *mid = now + offset;
        const double *old = before + offset;
        const double *up = now + cols * neighbour(row, -1, rows, grid->edges);
        const double *down = now + cols * neighbour(row, +1, rows, grid->edges);
        double *out = next + offset;

        if (fixed && grid->ndim == 2 && (row == 0 || row == rows - 1)) {
            memcpy(out, mid, (size_t)cols * sizeof(double));
            continue;
        }
        for (npy_intp col = 1; col < cols - 1; col++) {
            out[col] = mid[col] + (mid[col] - old[col]) +
                       weight * laplacian(up, mid, down, col - 1, col, col + 1);
        }
        /* The two ends of the row, or its only cell. */
        for (npy_intp end = 0; end < (cols > 1 ? 2 : 1); end++) {
            const npy_intp col = end * (cols - 1);

            if (fixed) {
                out[col] = mid[col];
                continue;
            }
            out[col] = mid[col] + (mid[col] - old[col]) +
                       weight * laplacian(up, mid, down,
                                          neighbour(col, -1, cols, grid->edges), col,
                                          neighbour(col, +1, cols, grid->edges));
        }
    }
}

static double *
frame_of(const Film *film, npy_intp index)
{
    return (index & 1 ? film->odd : film->even) + (index / 2) * film->stride;
}

/* A sum that keeps what rounding takes away (Neumaier, ZAMM 54, 1974). */
typedef struct {
    double sum;
    double lost;
} Total;

static inline void
total_add(Total *total, double term)
{
    const double sum = total->sum + term;

    if (fabs(total->sum) >= fabs(term)) {
        total->lost += (total->sum - sum) + term;
    }
    else {
        total->lost += (term - sum) + total->sum;
    }
    total->sum = sum;
}

static double
total_value(const Total *total)
{
    /* With an infinity in the sum the correction is not a number. */
    return isfinite(total->sum) ? total->sum + total->lost : total->sum;
}

/* 1/2 |now - before|^2 + weight/2 <grad now, grad before> */
static double
leapfrog_energy(const Grid *grid, const double *now, const double *before, double weight)
{
    const npy_intp rows = grid->rows, cols = grid->cols;
    Total total = {0.0, 0.0};

    for (npy_intp row = 0; row < rows; row++) {
        const npy_intp below = neighbour(row, +1, rows, grid->edges) * cols;

        for (npy_intp col = 0; col < cols; col++) {
            const npy_intp here = row * cols + col;
            const npy_intp right = row * cols + neighbour(col, +1, cols, grid->edges);
            const npy_intp down = below + col;
            const double motion = now[here] - before[here];

            total_add(&total, 0.5 * motion * motion);
            total_add(&total, 0.5 * weight * (now[right] - now[here]) *
                                  (before[right] - before[here]));
            total_add(&total, 0.5 * weight * (now[down] - now[here]) *
                                  (before[down] - before[here]));
        }
    }
    return total_value(&total);
}

static double
trapezoid(const Grid *grid, const double *values)
{
    const npy_intp rows = grid->rows, cols = grid->cols;
    Total total = {0.0, 0.0};

    for (npy_intp row = 0; row < rows; row++) {
        const int outer = grid->ndim == 2 && (row == 0 || row == rows - 1);
        const double share = outer ? 0.5 : 1.0;

        for (npy_intp col = 0; col < cols; col++) {
            const double part = (col == 0 || col == cols - 1) ? 0.5 * share : share;

            total_add(&total, part * values[row * cols + col]);
        }
    }
    return total_value(&total);
}

/* ---- between Python and the arithmetic -------------------------------- */

/* Fill frames 1 to `steps` of `film` from its frame 0. Returns -1 with an
 * exception set when a signal handler raised one. */
static int
march(const Grid *grid, const Film *film, npy_intp steps, double weight, Scheme scheme)
{
    const npy_intp burst = CELLS_PER_BURST / (grid->rows * grid->cols) + 1;
    npy_intp done = 0;
    NPY_BEGIN_THREADS_DEF;

    while (done < steps) {
        const npy_intp stop = done + Py_MIN(burst, steps - done);

        NPY_BEGIN_THREADS;
        for (; done < stop; done++) {
            const double *now = frame_of(film, done);
            double *next = frame_of(film, done + 1);

            if (scheme == DIFFUSE) {
                advance(grid, now, now, weight, next);
            }
            else if (done == 0) {
                /* At rest the frame before mirrors the one after: half a step. */
                advance(grid, now, now, 0.5 * weight, next);
            }
            else {
                advance(grid, now, frame_of(film, done - 1), weight, next);
            }
        }
        NPY_END_THREADS;
        if (PyErr_CheckSignals() < 0) {
            return -1;
        }
    }
    return 0;
}

/* An "O&" converter. */
static int
edges_converter(PyObject *object, void *address)
{
    Edges *edges = address;

    if (!PyUnicode_Check(object)) {
        PyErr_Format(PyExc_TypeError, "edges must be a str, not %.100s",
                     Py_TYPE(object)->tp_name);
        return 0;
    }
    if (PyUnicode_CompareWithASCIIString(object, "fixed") == 0) {
        *edges = EDGES_FIXED;
    }
    else if (PyUnicode_CompareWithASCIIString(object, "free") == 0) {
        *edges = EDGES_FREE;
    }
    else if (PyUnicode_CompareWithASCIIString(object, "periodic") == 0) {
        *edges = EDGES_PERIODIC;
    }
    else {
        PyErr_Format(PyExc_ValueError,
                     "edges must be 'fixed', 'free' or 'periodic', not %R", object);
        return 0;
    }
    return 1;
}

/* A new reference to `object` as a C-contiguous array of doubles (only safe
 * casts: complex numbers are a TypeError), its shape put into `grid`. */
static PyArrayObject *
read_grid(PyObject *object, Grid *grid)
{
    PyArrayObject *array =
        (PyArrayObject *)PyArray_FROM_OTF(object, NPY_DOUBLE, NPY_ARRAY_IN_ARRAY);

    if (array == NULL) {
        return NULL;
    }
    grid->ndim = PyArray_NDIM(array);
    if (grid->ndim != 1 && grid->ndim != 2) {
        PyErr_Format(PyExc_ValueError, "a grid has one or two dimensions, not %d",
                     grid->ndim);
        Py_DECREF(array);
        return NULL;
    }
    if (PyArray_SIZE(array) == 0) {
        PyErr_SetString(PyExc_ValueError, "a grid has at least one cell");
        Py_DECREF(array);
        return NULL;
    }
    grid->rows = grid->ndim == 2 ? PyArray_DIM(array, 0) : 1;
    grid->cols = PyArray_DIM(array, grid->ndim - 1);
    return array;
}

static int
check_steps(npy_intp steps, const char *name)
{
    if (steps < 0) {
        PyErr_Format(PyExc_ValueError, "%s must not be negative, got %zd", name,
                     (Py_ssize_t)steps);
        return -1;
    }
    return 0;
}

/* The conditions are written so that NaN does not pass. */
static int
check_courant(const Grid *grid, double courant)
{
    if (courant > 0.0 && courant * courant * grid->ndim <= 1.0 + 4.0 * DBL_EPSILON) {
        return 0;
    }
    PyErr_SetString(PyExc_ValueError,
                    grid->ndim == 1
                        ? "courant must be above 0 and at most 1 on a string"
                        : "courant must be above 0 and at most 1/sqrt(2) on a membrane");
    return -1;
}

static int
check_rate(const Grid *grid, double rate)
{
    if (rate > 0.0 && rate * 2.0 * grid->ndim <= 1.0) {
        return 0;
    }
    PyErr_SetString(PyExc_ValueError,
                    grid->ndim == 1 ? "rate must be above 0 and at most 0.5 in one dimension"
                                    : "rate must be above 0 and at most 0.25 in two dimensions");
    return -1;
}

/* The last frame of a run, as a new array. Steals nothing. */
static PyObject *
last_frame(const Grid *grid, PyArrayObject *start, npy_intp steps, double weight,
           Scheme scheme)
{
    const size_t bytes = (size_t)PyArray_NBYTES(start);
    PyArrayObject *result = (PyArrayObject *)PyArray_SimpleNew(
        PyArray_NDIM(start), PyArray_DIMS(start), NPY_DOUBLE);
    double *other;
    Film film;
    int status;

    if (result == NULL) {
        return NULL;
    }
    other = PyMem_RawMalloc(bytes);
    if (other == NULL) {
        Py_DECREF(result);
        return PyErr_NoMemory();
    }
    /* The parity of `steps` says in which of the two the run ends. */
    film.even = steps & 1 ? other : PyArray_DATA(result);
    film.odd = steps & 1 ? PyArray_DATA(result) : other;
    film.stride = 0;
    memcpy(film.even, PyArray_DATA(start), bytes);

    status = march(grid, &film, steps, weight, scheme);
    PyMem_RawFree(other);
    if (status < 0) {
        Py_DECREF(result);
        return NULL;
    }
    return (PyObject *)result;
}

/* ---- the module's functions ------------------------------------------- */

static PyObject *
kernel_propagate(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object, *result = NULL;
    PyArrayObject *start;
    Py_ssize_t steps;
    double courant;
    Grid grid;

    if (!PyArg_ParseTuple(args, "OndO&:propagate", &object, &steps, &courant,
                          edges_converter, &grid.edges)) {
        return NULL;
    }
    start = read_grid(object, &grid);
    if (start == NULL) {
        return NULL;
    }
    if (check_steps(steps, "steps") == 0 && check_courant(&grid, courant) == 0) {
        result = last_frame(&grid, start, steps, courant * courant, LEAPFROG);
    }
    Py_DECREF(start);
    return result;
}

static PyObject *
kernel_smooth(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object, *result = NULL;
    PyArrayObject *start;
    Py_ssize_t passes;
    double rate;
    Grid grid;

    if (!PyArg_ParseTuple(args, "OndO&:smooth", &object, &passes, &rate,
                          edges_converter, &grid.edges)) {
        return NULL;
    }
    start = read_grid(object, &grid);
    if (start == NULL) {
        return NULL;
    }
    if (check_steps(passes, "passes") == 0 && check_rate(&grid, rate) == 0) {
        result = last_frame(&grid, start, passes, rate, DIFFUSE);
    }
    Py_DECREF(start);
    return result;
}

static PyObject *
kernel_frames(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object;
    PyArrayObject *start, *result = NULL;
    Py_ssize_t steps;
    npy_intp cells, dims[3];
    double courant;
    Grid grid;
    Film film;

    if (!PyArg_ParseTuple(args, "OndO&:frames", &object, &steps, &courant,
                          edges_converter, &grid.edges)) {
        return NULL;
    }
    start = read_grid(object, &grid);
    if (start == NULL) {
        return NULL;
    }
    if (check_steps(steps, "steps") < 0 || check_courant(&grid, courant) < 0) {
        goto fail;
    }
    if (steps == PY_SSIZE_T_MAX) {
        PyErr_SetString(PyExc_ValueError, "steps is too large");
        goto fail;
    }
    dims[0] = steps + 1;
    memcpy(dims + 1, PyArray_DIMS(start), (size_t)grid.ndim * sizeof(npy_intp));
    result = (PyArrayObject *)PyArray_SimpleNew(grid.ndim + 1, dims, NPY_DOUBLE);
    if (result == NULL) {
        goto fail;
    }
    cells = grid.rows * grid.cols;
    film.even = PyArray_DATA(result);
    film.odd = steps > 0 ? film.even + cells : film.even;
    film.stride = 2 * cells;
    memcpy(film.even, PyArray_DATA(start), (size_t)PyArray_NBYTES(start));
    if (march(&grid, &film, steps, courant * courant, LEAPFROG) < 0) {
        goto fail;
    }
    Py_DECREF(start);
    return (PyObject *)result;

fail:
    Py_XDECREF(result);
    Py_DECREF(start);
    return NULL;
}

static PyObject *
kernel_energy(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *now_object, *before_object, *result = NULL;
    PyArrayObject *now, *before = NULL;
    Grid grid, other;
    double courant, energy;
    NPY_BEGIN_THREADS_DEF;

    if (!PyArg_ParseTuple(args, "OOdO&:energy", &now_object, &before_object, &courant,
                          edges_converter, &grid.edges)) {
        return NULL;
    }
    now = read_grid(now_object, &grid);
    if (now == NULL) {
        return NULL;
    }
    before = read_grid(before_object, &other);
    if (before == NULL) {
        goto done;
    }
    if (!PyArray_SAMESHAPE(now, before)) {
        PyErr_SetString(PyExc_ValueError, "the two frames differ in shape");
        goto done;
    }
    if (check_courant(&grid, courant) < 0) {
        goto done;
    }
    NPY_BEGIN_THREADS;
    energy = leapfrog_energy(&grid, PyArray_DATA(now), PyArray_DATA(before),
                             courant * courant);
    NPY_END_THREADS;
    result = PyFloat_FromDouble(energy);

done:
    Py_XDECREF(before);
    Py_DECREF(now);
    return result;
}

static PyObject *
kernel_integrate(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *object, *result = NULL;
    PyArrayObject *values;
    Grid grid;
    double cell, sum;
    NPY_BEGIN_THREADS_DEF;

    if (!PyArg_ParseTuple(args, "Od:integrate", &object, &cell)) {
        return NULL;
    }
    values = read_grid(object, &grid);
    if (values == NULL) {
        return NULL;
    }
    if (grid.cols < 2 || (grid.ndim == 2 && grid.rows < 2)) {
        PyErr_SetString(PyExc_ValueError,
                        "the trapezoidal rule needs two points along every axis");
    }
    else {
        NPY_BEGIN_THREADS;
        sum = trapezoid(&grid, PyArray_DATA(values));
        NPY_END_THREADS;
        result = PyFloat_FromDouble(sum * cell);
    }
    Py_DECREF(values);
    return result;
}

static PyMethodDef kernel_methods[] = {
    {"propagate", kernel_propagate, METH_VARARGS,
     PyDoc_STR("propagate(start, steps, courant, edges, /) -> last frame")},
    {"frames", kernel_frames, METH_VARARGS,
     PyDoc_STR("frames(start, steps, courant, edges, /) -> all frames")},
    {"smooth", kernel_smooth, METH_VARARGS,
     PyDoc_STR("smooth(grid, passes, rate, edges, /) -> diffused grid")},
    {"energy", kernel_energy, METH_VARARGS,
     PyDoc_STR("energy(now, before, courant, edges, /) -> float")},
    {"integrate", kernel_integrate, METH_VARARGS,
     PyDoc_STR("integrate(values, cell, /) -> float")},
    {NULL, NULL, 0, NULL},
};

static int
kernel_exec(PyObject *Py_UNUSED(module))
{
    return PyArray_ImportNumPyAPI();
}

static PyModuleDef_Slot kernel_slots[] = {
    {Py_mod_exec, kernel_exec},
#ifdef Py_mod_multiple_interpreters
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#ifdef Py_mod_gil
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef kernel_module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "ripple._kernel",
    .m_doc = PyDoc_STR("The numerical core of ripple."),
    .m_size = 0,
    .m_methods = kernel_methods,
    .m_slots = kernel_slots,
};

PyMODINIT_FUNC
PyInit__kernel(void)
{
    return PyModuleDef_Init(&kernel_module);
}
