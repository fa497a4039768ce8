"""Why a symbol is missing, and what to do: told from its name, where that is known."""

import re
from typing import Final, NamedTuple


class Reason(NamedTuple):
    """Why a symbol is missing, and what to do about it."""

    why: str
    do: str


GUARD: Final = "guard the call with `#ifndef __EMSCRIPTEN__`, or switch the feature off"
UNKNOWN: Final = Reason(
    "", "link the library that defines it into the module, or switch the feature off"
)

FAMILIES: Final[tuple[tuple[re.Pattern[str], Reason], ...]] = tuple(
    (re.compile(pattern), Reason(why, do))
    for pattern, why, do in (
        (
            r"_gfortran_\w+|_Fortran\w+|_F(AST|18)\w+|for_\w+_$",
            "the run-time library of a Fortran compiler is not linked",
            (
                "link libgfortran or libFortranRuntime for the target statically, "
                "or build the part without Fortran"
            ),
        ),
        (
            (
                r"(cblas|LAPACKE|openblas|goto)_\w+|(scipy_)?[sdczi](ge|sy|he|tr|po|gb|sb|st|pt|or|un|la)"
                r"[a-z0-9]{1,5}_|[sdcz](dot[uc]?|axpy|scal|copy|swap|nrm2|asum|rot|rotg)_|"
                r"i[sdcz]amax_|xerbla_"
            ),
            "BLAS or LAPACK is not linked: the runtime has none",
            (
                "link a BLAS and a LAPACK for the target statically, or build without "
                "(-Dblas=none -Dlapack=none in NumPy)"
            ),
        ),
        (
            r"omp_\w+|__kmpc_\w+|GOMP_\w+",
            "OpenMP needs threads, and the runtime has none",
            "compile without -fopenmp",
        ),
        (
            (
                r"(__cxa_find_matching_catch_\d+|__resumeException|llvm_eh_typeid_for|invoke_\w+|"
                r"emscripten_longjmp|saveSetjmp|testSetjmp|getTempRet0|setTempRet0)$"
            ),
            (
                "it belongs to exceptions and longjmp by way of JavaScript; the runtime has "
                "WebAssembly's"
            ),
            "compile and link everything with -fwasm-exceptions -sSUPPORT_LONGJMP=wasm",
        ),
        (
            r"__cxa_\w+|_Unwind_\w+|__gxx_\w+|__cpp_exception|__c_longjmp|__wasm_(set|long)jmp\w*",
            "the run-time library of C++ exceptions or of longjmp differs from the runtime's",
            "compile and link everything with -fwasm-exceptions -sSUPPORT_LONGJMP=wasm",
        ),
        (
            r"_ZN?K?St(3__[12]|\d)\w*|_ZT[ISV]N?St\w*|_ZSt\w+|_Z(n|d)[wal]\w+",
            "it is libc++'s: the compiler's is newer than the runtime's, or the other way round",
            "link the C++ library statically into the module, or use the runtime's compiler",
        ),
        (
            r"_?Py[A-Z_]\w*",
            "CPython's interface has no such name in the runtime's version",
            "build for the runtime's Python; guard names of other versions with PY_VERSION_HEX",
        ),
        (
            r"PyPy\w+|_?HPy\w+",
            "it is the interface of another interpreter than CPython",
            "build the extension for CPython",
        ),
        (
            (
                r"pthread_\w+|thrd_\w+|mtx_\w+|cnd_\w+|sem_\w+|__pthread\w*|emscripten_thread_\w+|"
                r"_?emscripten_tls_\w+|__wasm_init_tls|emscripten_futex_\w+"
            ),
            "the runtime has no threads",
            "compile without -pthread, and let the code run in one thread",
        ),
        (
            (
                r"fork|vfork|exec[vl]\w*|fexecve|posix_spawn\w*|wait(pid|id|[34])?|ptrace|clone|"
                r"unshare|setns|daemon|get_?priority|set_?priority|sched_\w+|prctl|pidfd_\w+"
            ),
            "WebAssembly has one process and no scheduler",
            GUARD,
        ),
        (
            (
                r"shm\w+|mq_\w+|msg(get|snd|rcv|ctl)|sem(get|op|ctl)|memfd_create|eventfd\w*|"
                r"signalfd|timerfd_\w+|inotify_\w+|epoll_\w+|kqueue|kevent|socketpair|"
                r"userfaultfd|io_uring_\w+|splice|vmsplice|tee|sendfile\w*|mremap|dlmopen|dlinfo|"
                r"dl_iterate_phdr|backtrace\w*|get_?context|make_?context|swap_?context|"
                r"getauxval|syscall|sysinfo|getrandom_\w+|libintl_\w+|__\w+_chk"
            ),
            "Emscripten's C library does not have this call of Linux",
            GUARD,
        ),
        (
            r"_mm\d*_\w+|__builtin_ia32\w+|_?xgetbv|__cpuid\w*|__aarch64\w+|__cpu_(model|indicator)\w*",
            "it belongs to another processor",
            "switch its code paths off in the build (SIMD and CPU dispatch)",
        ),
        (
            r"_R(NvC|INv|Nv)\w+|_ZN\w+17h[0-9a-f]{16}E|rust_\w+|__rust_\w+",
            "it is part of Rust's standard library",
            "link the crate as a cdylib with the target's own standard library",
        ),
        (
            r"__\w+(ti|tf|sf|df|di|si|xf|hf|bf)[a-z]?[0-9]?$|__mul[sdx]c3|__div[sdx]c3",
            "it is compiler-rt's arithmetic, which the module should bring itself",
            "link with emcc (not with wasm-ld alone)",
        ),
        (r"gl[A-Z]\w+|egl\w+|glfw\w+|SDL_\w+", "the runtime was linked without it", UNKNOWN.do),
        (
            r"(Z?lib)?(deflate|inflate|compress|uncompress|crc32|adler32|gz|BZ2_|lzma_|ZSTD_|LZ4)\w*",
            "a compression library is not linked",
            UNKNOWN.do,
        ),
    )
)
"""Names (matched whole) with why they are missing; the first that fits is taken."""

STUBS: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("fork", "vfork", "posix_spawn", "posix_spawnp", "popen"), "fails with ENOSYS: one process"
    ),
    **dict.fromkeys(
        ("execve", "execv", "execvp", "execl", "execlp", "execle", "fexecve"),
        "fails with ENOEXEC: no other program can be run",
    ),
    **dict.fromkeys(("wait", "waitpid", "wait3", "wait4", "waitid"), "fails: there is no child"),
    "system": "fails: there is no shell",
    "pthread_create": "fails: there are no threads",
    "thrd_create": "fails: there are no threads",
    "socketpair": "fails with ENOSYS",
    "sigaltstack": "fails with ENOSYS",
    "mremap": "fails with ENOMEM",
    "chroot": "fails with EACCES",
    "setpriority": "fails with EPERM",
    "mincore": "fails with ENOSYS",
    "acct": "fails with ENOSYS",
}
"""Calls that are there and never succeed.

Emscripten 6.0.5: ``system/lib/libc/emscripten_libc_stubs.c``,
``emscripten_syscall_stubs.c``, ``system/lib/pthread/library_pthread_stub.c``.
"""


def reason_for(symbol: str) -> Reason:
    """Give why a symbol is missing; the first part is empty where that is not known."""
    for names, reason in FAMILIES:
        if names.fullmatch(symbol):
            return reason
    return UNKNOWN
