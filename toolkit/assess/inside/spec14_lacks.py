"""Tells what this Python's standard library has, and what comes of trying things.

Runs as a program, in the runtime and on this machine: its argument is a JSON object of attempts
(Python by name), its output ends with a line of JSON.
"""

import importlib
import importlib.util
import json
import sys
import types

# Importing them does something, or needs a display.
LEFT_OUT = {"antigravity", "this", "idlelib", "turtledemo", "tkinter", "turtle", "__main__"}
BELOW = ("concurrent.futures", "multiprocessing.shared_memory", "os.path", "ctypes.util")


def modules() -> dict[str, object]:
    """Give, by module: nothing, what its import says, and its public names."""
    found: list[str] = []
    broken: dict[str, str] = {}
    names: dict[str, list[str]] = {}
    for name in sorted({*sys.stdlib_module_names, *BELOW}):
        try:
            there = name in sys.modules or importlib.util.find_spec(name) is not None
        except ImportError, ValueError:
            there = False
        if not there:
            continue
        found.append(name)
        if name in LEFT_OUT:
            continue
        try:
            module = importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
            broken[name] = told(error)
        else:
            names[name] = [one for one, what in vars(module).items() if public(one, what)]
    return {"modules": found, "broken": broken, "names": names}


def public(name: str, what: object) -> bool:
    """Say whether a name of a module is for others, and no module that it only uses."""
    return not name.startswith("_") and not isinstance(what, types.ModuleType)


def tried(code: str) -> str:
    """Give what came of running a line of Python; nothing when it went well."""
    try:
        exec(code, {})  # noqa: S102 - lines of catalogue.toml
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
        return told(error)
    return ""


def told(error: BaseException) -> str:
    """Give an error as a traceback's last line has it."""
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


attempts = json.loads(sys.argv[1])
known = sorted(sys.stdlib_module_names)
answer = {
    **modules(),
    "known": known,
    "attempts": {name: tried(attempts[name]) for name in attempts},
}
sys.stdout.write(f"\n{json.dumps(answer)}\n")
