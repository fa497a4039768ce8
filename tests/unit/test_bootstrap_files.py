"""What ``images/bootstrap`` writes: ``.env``, certificates, settings of pip, npm and apt."""

import stat
from typing import Final

import pytest

from tests.fake_machine import Machine, ready


@pytest.mark.parametrize(
    ("owner", "lines"),
    [
        ("1000 1000", []),
        ("1000 100", ["SPEC14_UID=1000", "SPEC14_GID=100"]),
        ("501 20", ["SPEC14_UID=501", "SPEC14_GID=20"]),
        ("0 0", ["SPEC14_UID=0", "SPEC14_GID=0"]),
    ],
)
def test_the_owner_of_the_project(machine: Machine, owner: str, lines: list[str]) -> None:
    ready(machine).owner = owner
    result = machine.run()
    assert result.returncode == 0
    assert machine.env == lines
    assert ("belongs to root" in result.stdout) == (owner == "0 0")
    assert machine.run("--check").returncode == 0


def test_lines_of_the_user_stay_and_ours_are_brought_up_to_date(machine: Machine) -> None:
    ready(machine).owner = "1001 1002"
    (machine.repo / ".env").write_text(
        "# mine\nPORT=9000\nSPEC14_UID=7\n\nSPEC14_HOST_PIP=./corp.conf\nSPEC14_UID=8\nA='b c'"
    )
    machine.write("etc/pip.conf", "[global]\nindex-url = https://index.example/simple\n")
    assert machine.run().returncode == 0
    assert machine.env == [
        "# mine",
        "PORT=9000",
        "SPEC14_UID=1001",
        "",
        "SPEC14_HOST_PIP=./corp.conf",
        "A='b c'",
        "SPEC14_GID=1002",
        "SPEC14_PIP_INSIDE=/run/spec14/pip.conf",
    ]
    assert machine.run("--check").returncode == 0


def test_project_missing(machine: Machine) -> None:
    ready(machine).environment["PROJECT"] = "../nowhere"
    result = machine.run()
    assert result.returncode == 20
    assert "/nowhere does not exist" in result.stderr


CERTIFICATE: Final = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"


def test_no_certificates_of_its_own(machine: Machine) -> None:
    bundle = machine.write("etc/ssl/certs/ca-certificates.crt", CERTIFICATE.format("A"))
    ready(machine).environment["SSL_CERT_FILE"] = str(bundle)
    assert "nothing to do" in machine.run().stdout


def test_certificates_come_once_each_and_go_again(machine: Machine) -> None:
    ready(machine)
    machine.write("etc/ssl/certs/ca-certificates.crt", CERTIFICATE.format("A"))
    own = machine.write(
        "usr/local/share/ca-certificates/own.crt",
        "comment\r\n" + CERTIFICATE.format("B").replace("\n", "\r\n"),
    )
    extra = machine.write("extra.pem", CERTIFICATE.format("A") + CERTIFICATE.format("C"))
    machine.environment["NODE_EXTRA_CA_CERTS"] = str(extra)
    machine.environment["PIP_CERT"] = "/nowhere.pem"
    assert machine.run().returncode == 0
    written = machine.host / "ca.pem"
    assert written.read_text() == "".join(CERTIFICATE.format(name) for name in "ABC")
    assert stat.S_IMODE(written.stat().st_mode) == 0o644
    assert machine.env == [
        "SPEC14_HOST_CA=./images/host/ca.pem",
        "SPEC14_CA_INSIDE=/run/spec14/ca.pem",
    ]
    assert machine.run("--check").returncode == 0
    own.unlink()
    del machine.environment["NODE_EXTRA_CA_CERTS"]
    assert machine.run().returncode == 0
    assert [path.name for path in machine.host.iterdir()] == ["empty"]
    assert machine.env == []


def test_pip_settings_of_a_company(machine: Machine) -> None:
    ready(machine)
    machine.write(
        "etc/pip.conf",
        "# a comment\n[global]\nindex_url: https://old.example/simple\nfind-links = /opt/wheels\n"
        "extra-index-url =\n    https://one.example/simple\n    # not this\n"
        "    file:///opt/simple\n    https://two.example/simple\ntrusted-host = one.example\n",
    )
    machine.write(
        "~/.config/pip/pip.conf",
        "[install]\nindex-url = https://me:token@new.example/simple\n"
        "[global]\nindex-url = https://less.example/simple\n[list]\nindex-url=https://no.example\n",
    )
    machine.environment["PIP_TRUSTED_HOST"] = "new.example"
    assert machine.run().returncode == 0
    written = machine.host / "pip.conf"
    lines = written.read_text().split("\n")
    assert lines[0] == "[global]"
    text = written.read_text()
    assert "\nindex-url = https://me:token@new.example/simple\n" in text
    assert "extra-index-url = https://one.example/simple https://two.example/simple\n" in text
    assert "trusted-host = new.example\n" in text
    for word in ("file:", "find-links", "old.example", "less.example", "no.example"):
        assert word not in text
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "token" not in machine.run().stdout


def test_pip_settings_that_only_work_here_are_none(machine: Machine) -> None:
    ready(machine)
    machine.write("etc/pip.conf", "[global]\nfind-links = /opt/wheels\ncert = /etc/ssl/x.pem\n")
    machine.environment["PIP_EXTRA_INDEX_URL"] = "file:///opt/pypi/simple"
    assert "nothing to do" in machine.run().stdout


def test_npm_settings_of_a_company(machine: Machine) -> None:
    ready(machine)
    machine.write(
        "~/.npmrc",
        "; comment\nregistry = https://npm.example/\nfund=false\ncafile=/etc/x.pem\n"
        "@corp:registry=https://corp.example/\n//npm.example/:_authToken=${NPM_TOKEN}\n"
        "//corp.example/:_authToken=${NOT_SET}\n",
    )
    machine.environment["NPM_TOKEN"] = "s3cret"
    result = machine.run()
    assert result.returncode == 0
    written = machine.host / "npmrc"
    assert written.read_text().splitlines() == [
        "registry=https://npm.example/",
        "@corp:registry=https://corp.example/",
        "//npm.example/:_authToken=s3cret",
        "//corp.example/:_authToken=${NOT_SET}",
    ]
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "s3cret" not in result.stdout + result.stderr
    assert "SPEC14_NPM_INSIDE=/run/spec14/npmrc" in machine.env


def test_npm_settings_without_a_registry_are_none(machine: Machine) -> None:
    ready(machine)
    machine.write("~/.npmrc", "fund=false\n//npm.example/:_authToken=abc\n")
    assert "nothing to do" in machine.run().stdout


def test_apt_mirror_only_where_it_is_not_the_distributions_own(machine: Machine) -> None:
    ready(machine)
    machine.mirror("http://archive.debian.example/debian/")
    assert "nothing to do" in machine.run().stdout
    machine.mirror("http://debian.example.evil.example/debian/")
    assert machine.run().returncode == 0
    assert (
        machine.host / "apt-mirror"
    ).read_text() == "http://debian.example.evil.example/debian/\n"


def test_files_belong_to_the_owner_of_the_project_when_root_writes_them(machine: Machine) -> None:
    ready(machine).owner = "1234 5678"
    machine.write("etc/pip.conf", "[global]\nindex-url = https://index.example/simple\n")
    assert machine.run().returncode == 0
    changed = [line for line in machine.log if line.startswith("chown 1234:5678 ")]
    assert [line.rpartition("/")[2] for line in changed] == [".pip.conf.new", ".env.new"]
