"""Python read for an assessment: names, conditions, what guards what."""

from typing import Final

import pytest

from toolkit.assess.findings import Guard, Stage
from toolkit.assess.places import Part
from toolkit.assess.python import read_python
from toolkit.assess.rules import File, python_findings, urls
from toolkit.assess.runtime import Lacks

LACKS: Final = Lacks(
    python="3.14.2",
    known=frozenset({"os", "resource", "multiprocessing", "threading", "subprocess", "time"}),
    modules={"resource": "ModuleNotFoundError: No module named 'resource'"},
    names={"os": frozenset({"sched_getaffinity"})},
    words={"threads": "RuntimeError: can't start new thread", "mmap": ""},
)
PACKAGE: Final = File(path="p/a.py", part=Part.PACKAGE, reached=True)
TESTS: Final = File(path="tests/test_a.py", part=Part.TESTS)


def found(source: str, file: File = PACKAGE) -> list[tuple[str, int, Stage, Guard]]:
    seen = read_python(source, "p.a", LACKS)
    assert seen.trouble == ""
    return [
        (one.topic, one.line, one.stage, one.guard) for one in python_findings(file, seen, LACKS)
    ]


def guards(source: str, file: File = PACKAGE) -> list[Guard]:
    return [guard for *_, guard in found(source, file)]


@pytest.mark.parametrize(
    ("source", "topic"),
    [
        ("import threading\ndef f():\n    threading.Thread(target=f).start()\n", "threads"),
        ("from threading import Thread as T\ndef f():\n    T()\n", "threads"),
        ("import multiprocessing as mp\ndef f():\n    mp.Pool(2)\n", "processes"),
        ("from multiprocessing import pool\ndef f():\n    pool.ThreadPool()\n", "threads"),
        ("import subprocess\nrun = subprocess.run\ndef f():\n    run(['x'])\n", "processes"),
        ("import os\ndef f():\n    os.execvp('a', [])\n", "processes"),
        ("import os\ndef f():\n    os.system('a')\n", "shell"),
        ("import os\ndef f():\n    return len(os.sched_getaffinity(0))\n", "names"),
        ("def f():\n    from os import sched_getaffinity\n", "names"),
        ("def f():\n    import resource\n", "stdlib"),
        ("import threading\nclass W(threading.Thread):\n    pass\n", "threads"),
        (
            "import cffi\nffi = cffi.FFI()\ndef f():\n    cffi.FFI().dlopen('libm.so')\n",
            "libraries",
        ),
    ],
)
def test_what_is_a_finding(source: str, topic: str) -> None:
    topics = {name for name, *_ in found(source)}
    assert topics == {topic}


def test_what_works_in_the_runtime_is_none() -> None:
    assert found("import mmap\nm = mmap.mmap(-1, 10)\n") == []
    assert found("import threading\nlock = threading.Lock()\n") == []


def test_the_runtimes_own_words_are_told() -> None:
    seen = read_python("import threading\nthreading.Thread()\n", "p.a", LACKS)
    (one,) = python_findings(PACKAGE, seen, LACKS)
    assert "can't start new thread" in one.happens


def test_import_time_and_later() -> None:
    assert found("import resource\n") == [("stdlib", 1, Stage.IMPORT, Guard.NONE)]
    assert found("def f():\n    import resource\n") == [("stdlib", 2, Stage.USE, Guard.NONE)]
    aside = File(path="p/b.py", part=Part.PACKAGE)
    assert found("import resource\n", aside) == [("stdlib", 1, Stage.USE, Guard.NONE)]
    assert found("import resource\n", TESTS) == [("stdlib", 1, Stage.TESTS, Guard.NONE)]


@pytest.mark.parametrize(
    ("condition", "guard"),
    [
        ("sys.platform == 'win32'", Guard.PLATFORM),
        ("sys.platform != 'emscripten'", Guard.PLATFORM),
        ("sys.platform == 'emscripten'", Guard.NONE),
        ("sys.platform.startswith(('linux', 'darwin'))", Guard.PLATFORM),
        ("sys.platform in ('linux', 'emscripten')", Guard.NONE),
        ("os.name == 'nt'", Guard.PLATFORM),
        ("platform.system() == 'Linux'", Guard.PLATFORM),
        ("sys.maxsize > 2**32", Guard.PLATFORM),
        ("struct.calcsize('P') == 8", Guard.PLATFORM),
        ("sys.version_info < (3, 9)", Guard.PLATFORM),
        ("sys.version_info[:2] >= (3, 9)", Guard.NONE),
        ("not (os.name == 'posix' and x())", Guard.NONE),
        ("os.name == 'nt' or x()", Guard.NONE),
        ("os.name == 'nt' and x()", Guard.PLATFORM),
        ("hasattr(os, 'sched_getaffinity')", Guard.PLATFORM),
        ("hasattr(os, 'fork')", Guard.NONE),
        ("TYPE_CHECKING", Guard.TYPING),
        ("__name__ == '__main__'", Guard.SCRIPT),
        ("WINDOWS", Guard.PLATFORM),
        ("not IS_WASM", Guard.PLATFORM),
        ("anything", Guard.NONE),
    ],
)
def test_conditions(condition: str, guard: Guard) -> None:
    head = "import os, platform, struct, sys\nfrom typing import TYPE_CHECKING\n"
    head += "from p import IS_WASM\nWINDOWS = sys.platform == 'win32'\n"
    assert guards(f"{head}if {condition}:\n    import resource\n") == [guard]


@pytest.mark.parametrize(
    ("source", "guard"),
    [
        ("try:\n    import resource\nexcept ImportError:\n    resource = None\n", Guard.IMPORT),
        ("try:\n    import resource\nexcept Exception:\n    pass\n", Guard.IMPORT),
        ("try:\n    import resource\nexcept OSError:\n    pass\n", Guard.NONE),
        ("try:\n    import resource\nexcept ImportError:\n    raise\n", Guard.NONE),
        ("try:\n    x\nexcept KeyError:\n    import resource\n", Guard.NONE),
        (
            "import contextlib\nwith contextlib.suppress(ImportError):\n    import resource\n",
            Guard.IMPORT,
        ),
        (
            "import os\ndef f():\n    try:\n        os.fork()\n    except OSError:\n        pass\n",
            Guard.CAUGHT,
        ),
        (
            "import os\ndef f():\n  try:\n    os.fork()\n  except ImportError:\n    pass\n",
            Guard.NONE,
        ),
        # What a function does is not caught where it is defined.
        (
            "import os\ntry:\n    def f():\n        os.fork()\nexcept Exception:\n    pass\n",
            Guard.NONE,
        ),
        (
            "import os\ndef f():\n  if os.name == 'posix':\n    return\n  os.fork()\n",
            Guard.PLATFORM,
        ),
        ("import os, sys\ny = sys.platform == 'linux' and os.fork()\n", Guard.PLATFORM),
        ("import os, sys\ny = os.fork() if sys.platform == 'linux' else 0\n", Guard.PLATFORM),
    ],
)
def test_ways_round(source: str, guard: Guard) -> None:
    assert guards(source) == [guard]


@pytest.mark.parametrize(
    ("mark", "guard"),
    [
        ("@pytest.mark.skipif(sys.platform == 'emscripten', reason='')", Guard.SKIP),
        ("@pytest.mark.skipif(sys.platform == 'win32', reason='')", Guard.NONE),
        ("@unittest.skipUnless(sys.platform == 'linux', '')", Guard.SKIP),
        ("@pytest.mark.skip(reason='')", Guard.SKIP),
        ("@pytest.mark.wasm_skip('')", Guard.SKIP),
        ("@skip_there", Guard.SKIP),
        ("@pytest.mark.slow", Guard.NONE),
    ],
)
def test_marks(mark: str, guard: Guard) -> None:
    head = "import os, sys, unittest, pytest\n"
    head += "skip_there = pytest.mark.skipif(sys.platform == 'emscripten', reason='')\n"
    assert guards(f"{head}{mark}\ndef test_a():\n    os.fork()\n", TESTS) == [guard]


def test_a_mark_of_the_whole_module() -> None:
    source = (
        "import os, sys, resource, pytest\n"
        "pytestmark = [pytest.mark.skipif(sys.platform == 'emscripten', reason='')]\n"
        "def test_a():\n    os.fork()\n"
    )
    # The module is imported all the same.
    assert guards(source, TESTS) == [Guard.NONE, Guard.SKIP]


def test_importorskip() -> None:
    assert guards("import pytest\npytest.importorskip('resource')\nimport resource\n", TESTS) == [
        Guard.SKIP
    ]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        (
            "from urllib.request import urlopen\nurlopen('https://h.example/a')\n",
            "https://h.example/a",
        ),
        ("import requests\nU = 'https://h.example/b'\nrequests.get(U)\n", "https://h.example/b"),
        (
            "import pooch\npooch.create(path='x', base_url='https://h.example/')\n",
            "https://h.example/",
        ),
        (
            "import pandas as pd\npd.read_csv('https://h.example/c.csv')\n",
            "https://h.example/c.csv",
        ),
        ("import requests\nrequests.get(f'https://h.example/{x}')\n", "https://h.example/"),
        ("import requests\nrequests.get(x)\n", ""),
    ],
)
def test_addresses(source: str, url: str) -> None:
    (one,) = urls(PACKAGE, read_python(source, "p.a", LACKS))
    assert one.url == url
    assert found(source) == []


def test_a_file_of_that_name_is_no_address() -> None:
    assert (
        list(urls(PACKAGE, read_python("import pandas\npandas.read_csv('a.csv')\n", "a", LACKS)))
        == []
    )


@pytest.mark.parametrize("source", ["def f(:\n", "print 'a'\n", "x = '\0'\n", "(" * 500])
def test_what_is_no_python(source: str) -> None:
    seen = read_python(source, "a", LACKS)
    assert seen.trouble
    assert seen.uses == ()
