"""Whether exceptions, longjmp, memory, threads and instructions go with the runtime."""

from collections.abc import Iterator
from typing import Final

from toolkit.audit.findings import Finding, finding
from toolkit.audit.module import Module
from toolkit.audit.provides import CALLED_THROUGH_SCRIPT, Provided
from toolkit.audit.wasm import SHARED, WIDE

LONGJMP_BY_SCRIPT: Final = frozenset({"emscripten_longjmp", "saveSetjmp", "testSetjmp"})
EXCEPTIONS_BY_SCRIPT: Final = frozenset({"__resumeException", "llvm_eh_typeid_for"})
CATCH_BY_SCRIPT: Final = "__cxa_find_matching_catch_"
OF_BOTH: Final = frozenset({"getTempRet0", "setTempRet0", "__THREW__", "__threwValue"})
"""What comes along with either (Emscripten 6.0.5, ``src/lib/libexceptions.js``)."""
TAGS: Final = {"__cpp_exception": "exceptions", "__c_longjmp": "longjmp"}
FLAGS: Final = "-fwasm-exceptions -sSUPPORT_LONGJMP=wasm"
SIMD_EVERYWHERE: Final = "every browser since Safari 16.4 (March 2023) has it"


def of_a_model(symbol: str) -> bool:
    """Say whether a symbol belongs to exceptions or longjmp."""
    if symbol.startswith((CATCH_BY_SCRIPT, CALLED_THROUGH_SCRIPT)):
        return True
    return symbol in {*LONGJMP_BY_SCRIPT, *EXCEPTIONS_BY_SCRIPT, *OF_BOTH, *TAGS}


def other_memory(module: Module, provided: Provided) -> bool:
    """Say whether a module's addresses are of another size than the runtime's."""
    return bool(module.memory_flags & WIDE) != provided.wide_memory


def judge_models(module: Module, provided: Provided) -> Iterator[Finding]:
    """Give the findings on one module."""
    yield from _memory(module, provided)
    yield from _exceptions(module, provided)
    yield from _instructions(module, provided)


def _memory(module: Module, provided: Provided) -> Iterator[Finding]:
    if other_memory(module, provided):
        own, runtimes = ("32-bit", "64-bit") if provided.wide_memory else ("64-bit", "32-bit")
        yield finding(
            "memory64",
            f"has {own} memory, the runtime {runtimes}",
            where=module.name,
            do="compile and link without -sMEMORY64 (-m64)",
        )
    takes_memory = any(one.extern.kind == "memory" for one in module.imports)
    shared = bool(module.memory_flags & SHARED)
    if takes_memory and shared != provided.shared_memory:
        yield finding(
            "threads",
            "wants shared memory, the runtime's is not shared"
            if shared
            else "wants memory that is not shared, the runtime's is",
            where=module.name,
            why="it was compiled for threads" if shared else "",
            do="compile and link without -pthread" if shared else "compile and link with -pthread",
        )


def _exceptions(module: Module, provided: Provided) -> Iterator[Finding]:
    wanted = {one.name for one in module.imports}
    if not provided.calls_through_script:
        thrown = {name for name in wanted if name.startswith(CATCH_BY_SCRIPT)}
        thrown |= wanted & EXCEPTIONS_BY_SCRIPT
        jumped = wanted & LONGJMP_BY_SCRIPT
        called = {name for name in wanted if name.startswith(CALLED_THROUGH_SCRIPT)}
        if called and not jumped:
            thrown |= called
        for kind, symbols in (("exceptions", thrown), ("longjmp", jumped)):
            missing = sorted(symbols - provided.symbols.keys())
            if missing:
                yield finding(
                    kind,
                    f"{kind} go by way of JavaScript ({', '.join(missing[:3])}), "
                    "the runtime's are WebAssembly's own",
                    where=module.name,
                    do=f"compile and link everything with {FLAGS}",
                )
    for tag, kind in TAGS.items():
        if tag in wanted and tag not in provided.symbols and tag not in module.exports:
            yield finding(
                kind,
                f"{kind} are WebAssembly's own (tag {tag}), the runtime's go by way of JavaScript",
                where=module.name,
                do=f"compile and link without {FLAGS}",
            )
    if "exnref" in module.features - provided.features:
        yield finding(
            "exceptions",
            "exceptions are in the newer encoding (try_table), the runtime's in the older one",
            where=module.name,
            why="engines that run the runtime need not have it",
            do="compile and link without -sWASM_LEGACY_EXCEPTIONS=0 (-mllvm -wasm-use-legacy-eh)",
        )


def _instructions(module: Module, provided: Provided) -> Iterator[Finding]:
    beyond = module.features - provided.features
    if "relaxed-simd" in beyond:
        yield finding(
            "relaxed-simd",
            "uses relaxed SIMD, which the runtime does without",
            where=module.name,
            why="not every browser has it, and its results depend on the processor",
            do="compile without -mrelaxed-simd",
        )
    if "simd128" in beyond:
        yield finding(
            "simd",
            "uses 128-bit SIMD, which the runtime does without",
            where=module.name,
            why=SIMD_EVERYWHERE,
            do="compile without -msimd128 if older browsers count",
        )
    if "tail-call" in beyond:
        yield finding(
            "feature",
            "uses tail calls, which the runtime does without",
            where=module.name,
            why="browsers have them since Safari 18.2 (December 2024)",
            do="compile without -mtail-call if older browsers count",
        )
    if module.unknown:
        yield finding(
            "feature",
            f"has an instruction that the audit does not know (0x{module.unknown})",
            where=module.name,
            do="see which -m option of the compiler asks for it",
        )
