"""Driving a notebook of JupyterLite (Notebook 7.6 inside ``jupyterlite-core`` 0.8.6)."""

import base64
import contextlib
import re
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import FrameLocator, Locator, Page, expect

START: Final = 90.0
"""Seconds a kernel may take to start (8 to 12 on two cores; several runs share them)."""

RUN: Final = 60.0
"""Seconds a cell may take."""

RAN: Final = re.compile(r"\[\d+\]:")
TAKEN: Final = re.compile(r"\[(\*|\d+)\]:")
PRESSES: Final = 6
HEARD: Final = 5.0
"""Seconds in which a cell shows that it was started."""


@dataclass(frozen=True, kw_only=True)
class Notebook:
    """An open notebook.

    Attributes
    ----------
    inside
        The page it fills, or the frame of a documentation page.
    """

    inside: Page | FrameLocator

    def wait_ready(self, seconds: float = START) -> None:
        """Wait until the notebook calls its kernel idle: it can do so before that has started."""
        idle = self.inside.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        expect(idle).to_be_visible(timeout=seconds * 1000)

    def code_cell(self, number: int) -> Locator:
        """Give a code cell, counted from 0."""
        return self.inside.locator(".jp-CodeCell").nth(number)

    def source(self, number: int) -> str:
        """Give what stands in a code cell."""
        editor = self._editor(number)
        editor.scroll_into_view_if_needed()
        # Not the inner text: that of a cell which is not painted yet is empty.
        return "\n".join(editor.locator(".cm-line").all_text_contents())

    def write(self, number: int, source: str) -> None:
        """Replace what stands in a code cell."""
        editor = self._editor(number)
        editor.click()
        editor.press("ControlOrMeta+a")
        # Not key by key: the editor would close brackets and indent by itself.
        editor.page.keyboard.insert_text(source)

    def run(self, number: int, seconds: float = RUN) -> str:
        """Run a code cell and give its output.

        The notebooks of "Try it" show an output before anything ran: the number in the
        prompt is what tells that this one is the kernel's.
        """
        self.start(number)
        prompt = self.code_cell(number).locator(".jp-InputArea-prompt")
        expect(prompt).to_have_text(RAN, timeout=seconds * 1000)
        return self.output(number)

    def output(self, number: int) -> str:
        """Give the text of a code cell's output."""
        return "\n".join(self.code_cell(number).locator(".jp-OutputArea-output").all_inner_texts())

    def pictures(self, number: int) -> list[bytes]:
        """Give the PNG images of a code cell's output."""
        images = self.code_cell(number).locator(".jp-OutputArea-output img[src^='data:image/png']")
        sources = [image.get_attribute("src") or "" for image in images.all()]
        return [base64.b64decode(source.partition(",")[2]) for source in sources]

    def start(self, number: int) -> None:
        """Press Shift+Enter until it is taken: while the kernel starts it can be dropped."""
        prompt = self.code_cell(number).locator(".jp-InputArea-prompt")
        for _ in range(PRESSES):
            self._editor(number).click()
            self._editor(number).press("Shift+Enter")
            with contextlib.suppress(AssertionError):
                expect(prompt).to_have_text(TAKEN, timeout=HEARD * 1000)
                return
        expect(prompt).to_have_text(TAKEN, timeout=HEARD * 1000)

    def _editor(self, number: int) -> Locator:
        return self.code_cell(number).locator(".cm-content")
