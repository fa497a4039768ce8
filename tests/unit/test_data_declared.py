import hashlib
from pathlib import Path

import pytest

from tests.artefacts import write_tree
from toolkit.data.declared import Checksum, Declared, checksum, read_declared, require_url
from toolkit.errors import DataFailed, SettingsError
from toolkit.project import Project, read_project

SHA256 = hashlib.sha256(b"a").hexdigest()
MD5 = hashlib.md5(b"a").hexdigest()
REGISTRY = f"""a.csv md5:{MD5}
large.csv {SHA256} https://other.example/l
b.txt {SHA256}
"""
TWICE = f"""files = [
{{url = "https://h/a", sha256 = "{SHA256}"}},
{{url = "https://h/a", sha256 = "{"0" * 64}"}},
]"""


def project(folder: Path, data: str, **files: str) -> Project:
    text = f"[project]\nname = 'a'\n[tool.spec14.data]\n{data}"
    named = {name.replace("__", "."): content for name, content in files.items()}
    return read_project(write_tree(folder / "project", {"pyproject.toml": text, **named}))


def test_files_and_a_registry(tmp_path: Path) -> None:
    made = project(
        tmp_path,
        f"""
registry = "registry.txt"
base-url = "https://host.example/v1/"
only = ["*.csv"]
elsewhere = ["large*"]
[[tool.spec14.data.files]]
url = "https://host.example/own#part"
sha256 = "{SHA256}"
[[tool.spec14.data.files]]
url = "http://host.example/here"
path = "here.bin"
""",
        registry__txt=REGISTRY,
        here__bin="x",
    )
    assert read_declared(made) == (
        Declared(
            url="https://host.example/own",
            checksum=Checksum(algorithm="sha256", value=SHA256),
            where="pyproject.toml:10",
        ),
        Declared(
            url="http://host.example/here",
            checksum=None,
            where="pyproject.toml:13",
            path=(made.folder / "here.bin").resolve(),
        ),
        Declared(
            url="https://host.example/v1/a.csv",
            checksum=Checksum(algorithm="md5", value=MD5),
            where="registry.txt:1",
        ),
        Declared(
            url="https://other.example/l",
            checksum=Checksum(algorithm="sha256", value=SHA256),
            where="registry.txt:2",
            ship=False,
        ),
    )


def test_without_a_declaration_there_is_nothing(tmp_path: Path) -> None:
    assert read_declared(project(tmp_path, "")) == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('registry = "no.txt"', "there is no file no.txt"),
        ('registry = "../out.txt"', "is not in the project"),
        ('registry = "registry.txt"', "registry.txt:1: a.csv has no URL of its own"),
        ('registry = "registry.txt"\nonly = ["*.png"]', "no name like '[*].png'"),
        ('[[tool.spec14.data.files]]\nurl = "ftp://h/a"', "pyproject.toml:5: 'ftp://h/a' is no"),
        ("[[tool.spec14.data.files]]\npath = 'a'", r"files\]\] 1: '' is no address"),
        (
            '[[tool.spec14.data.files]]\nurl = "https://h/a"\npath = "/etc/passwd"',
            "pyproject.toml:5: /etc/passwd is not in the project",
        ),
        (
            '[[tool.spec14.data.files]]\nurl = "https://h/a"\npath = "link"',
            "pyproject.toml:5: link is not in the project",
        ),
        (
            '[[tool.spec14.data.files]]\nurl = "https://h/a"\nsha256 = "12"',
            "pyproject.toml:5: '12' is no sha256",
        ),
        (TWICE, r"pyproject.toml:\d: https://h/a stands in pyproject.toml:5 too"),
    ],
)
def test_what_cannot_be_meant_is_named(tmp_path: Path, data: str, said: str) -> None:
    made = project(tmp_path, data, registry__txt=f"a.csv {SHA256}\n")
    (made.folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(DataFailed, match=said):
        read_declared(made)


@pytest.mark.parametrize("text", ["xxh3:00", "shake_128:00", f"sha1:{SHA256}", "sha256:", "z" * 64])
def test_a_checksum_that_is_none(text: str) -> None:
    with pytest.raises(DataFailed, match=r"^here: "):
        checksum(text, "here")


@pytest.mark.parametrize(
    "url",
    ["", "file:///etc/passwd", "https://", "https://h/a b", "https://h/\n", "//h/a", "https://[/a"],
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(DataFailed, match="is no address of http or https"):
        require_url(url, "here")


def test_a_password_is_not_published_nor_printed() -> None:
    with pytest.raises(DataFailed, match="holds a user's name") as caught:
        require_url("https://me:secret@host.example/a", "here")
    assert "secret" not in caught.value.what


def test_a_network_that_nobody_knows_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"tool.spec14.data.cors must not be 'nope'"):
        project(tmp_path, 'cors = "nope"')
