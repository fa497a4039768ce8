"""That upstream still needs what ``toolkit/docs/reader/workarounds.mjs`` works around.

A test here that fails after an update of jupyterlite-sphinx says: upstream is mended, take the
workaround out. What the workarounds do is tested in a browser (``tests/browser/test_reader.py``).
"""

import re
from pathlib import Path

from jupyterlite_sphinx import jupyterlite_sphinx as upstream

from toolkit.docs.reader import FILES

SCRIPT = Path(upstream.__file__).with_name("jupyterlite_sphinx.js").read_text("utf-8")
OURS = next(file for file in FILES if file.name == "workarounds.mjs").read_text("utf-8")


def part(begin: str, end: str) -> str:
    """Give a part of upstream's script."""
    found = re.search(f"{re.escape(begin)}.*?{re.escape(end)}", SCRIPT, re.DOTALL)
    assert found, f"{begin} is gone"
    return found[0]


def frame(*, prompt: str | bool = False) -> str:
    """Give the HTML of a frame."""
    return str(upstream.NotebookLiteIframe(prompt=prompt).html())  # type: ignore[no-untyped-call]


def test_a_resize_still_shows_every_button() -> None:
    handler = part('window.addEventListener("resize"', "}, 250);")
    assert "ignore" not in handler
    assert "if (shouldHide) {" in handler
    assert 'buttons[i].classList.remove("hidden");' in handler


def test_a_small_window_still_reads_no_patterns() -> None:
    load = part("const loadConfig = async", "configLoadPromise = (async")
    assert "tryExamplesConfigLoaded = true; // mock it\n      return;" in load
    assert "resetState: () => {" in SCRIPT


def test_prompts_are_still_no_buttons() -> None:
    html = frame(prompt="Try")
    assert re.search(r"<div\s[^>]*onclick=", html)
    assert "tabindex" not in html
    assert "role=" not in html


def test_a_click_on_a_prompts_border_still_opens_another_frame() -> None:
    show = part("window.jupyterliteShowIframe =", "\n};")
    assert "removeAttribute" not in show
    assert "onclick" not in show
    assert "querySelector" not in show


def test_frames_still_have_no_title() -> None:
    assert "title" not in frame()
    assert "title" not in part("window.jupyterliteShowIframe =", "\n};")
    assert "title" not in part("window.tryExamplesShowIframe =", "\n};")


def test_all_workarounds_are_tested_here() -> None:
    names = re.findall(r"^export function (\w+)", OURS, re.MULTILINE)
    assert names == ["keepHidden", "reachPrompt", "giveTitle"]


def test_a_notebook_can_be_begun_before_its_button_is_pressed() -> None:
    """``toolkit/docs/reader/ahead.mjs`` has upstream show it, hides it, and has it shown again."""
    show = part("window.tryExamplesShowIframe = (", "\n};")
    words = ("examplesContainerId", "iframeContainerId", "iframeParentContainerId", "iframeSrc")
    assert re.search(r",\s*".join(words), show)
    again = show[show.rindex("} else {") :]
    assert "src" not in again
    assert "appendChild" not in again
    assert 'iframeParentContainer.classList.remove("hidden")' in again
