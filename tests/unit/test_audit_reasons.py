"""Why a symbol is missing, told from its name."""

import pytest

from toolkit.audit.reasons import reason_for


@pytest.mark.parametrize(
    ("symbols", "words"),
    [
        (["_gfortran_st_write", "_FortranAioOutputAscii"], "Fortran"),
        (
            ["dgemm_", "cblas_ddot", "zheev_", "dpotrf_", "ddot_", "idamax_", "scipy_dgetrf_"],
            "BLAS",
        ),
        (["omp_get_max_threads", "__kmpc_fork_call", "GOMP_parallel"], "OpenMP"),
        (["invoke_viii", "__cxa_find_matching_catch_3", "emscripten_longjmp"], "JavaScript"),
        (["__cxa_call_terminate", "__cxa_init_primary_exception"], "C++ exceptions"),
        (
            [
                "_ZNSt3__222__libcpp_verbose_abortEPKcz",
                "_ZNKSt3__24__fs10filesystem4path10__filenameEv",
                "_ZSt7nothrow",
                "_ZTVSt13bad_exception",
            ],
            "libc++",
        ),
        (["_PyLong_AsByteArrayO", "PyUnstable_Object_New", "_Py_NewFeature"], "CPython"),
        (["pthread_setaffinity_np", "sem_timedwait"], "threads"),
        (["getpriority", "execve", "fork", "sched_setaffinity"], "one process"),
        (["dlmopen", "shm_open", "socketpair", "__memcpy_chk", "epoll_wait"], "C library"),
        (["_RNvCs1234_7mycrate3foo", "rust_eh_personality"], "Rust"),
        (["deflateInit2_", "BZ2_bzCompress"], "compression"),
    ],
)
def test_reasons(symbols: list[str], words: str) -> None:
    for symbol in symbols:
        assert words in reason_for(symbol).why, symbol


@pytest.mark.parametrize(
    "symbol", ["my_function", "daemonize_it", "forkful", "PyramidBlur", "compute_", "_ZN3foo3barEv"]
)
def test_what_is_not_known_is_not_guessed(symbol: str) -> None:
    reason = reason_for(symbol)
    assert reason.why == ""
    assert reason.do
