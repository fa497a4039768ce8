"""``try_examples.json``."""

import json
from pathlib import Path

from toolkit.docs.button_settings import complete_button_settings


def test_a_site_without_one_gets_one_that_hides_nothing(tmp_path: Path) -> None:
    complete_button_settings(tmp_path)
    assert json.loads((tmp_path / "try_examples.json").read_text())["ignore_patterns"] == []


def test_the_projects_own_stands(tmp_path: Path) -> None:
    (tmp_path / "try_examples.json").write_text('{"ignore_patterns": ["a"]}')
    complete_button_settings(tmp_path)
    assert (tmp_path / "try_examples.json").read_text() == '{"ignore_patterns": ["a"]}'
