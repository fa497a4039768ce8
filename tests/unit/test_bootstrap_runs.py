"""Runs of ``images/bootstrap``: from nothing to everything, and what may stop it."""

import pytest

from tests.fake_machine import BASE, INSTALL, LOCAL_BASE, Machine, ready


def bare(machine: Machine) -> Machine:
    (machine.sysroot / "run/systemd/system").mkdir(parents=True)
    machine.fake("systemctl", 'echo "systemctl $*" >>"$STATE/log"; touch "$STATE/running"')
    machine.mirror("http://archive.debian.example/debian/")
    return machine


def test_from_nothing_to_everything_and_then_nothing(machine: Machine) -> None:
    bare(machine)
    machine.fake("install", INSTALL)
    result = machine.run()
    assert result.returncode == 0, result.stderr
    order = [
        next(i for i, line in enumerate(machine.log) if line.startswith(start))
        for start in (
            "apt-get update",
            "apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends docker.io",
            "apt-get download docker-compose docker-buildx",
            "systemctl enable --now docker",
            f"docker pull {BASE}",
            "mmdebstrap --variant=minbase",
            "docker import",
        )
    ]
    assert order == sorted(order)
    assert "no image registry answers: the base image is made" in result.stdout
    assert "Valid-Until" not in result.stderr
    # What is run was announced before: the plan stands above the first command.
    plan, _, done = result.stdout.partition("\n+ ")
    assert "images/bootstrap will run:" in plan
    assert "systemctl enable --now docker" in plan
    assert "+ systemctl enable --now docker" in done
    assert machine.env == [f"BASE_IMAGE={LOCAL_BASE}"]
    assert list(machine.tmp.iterdir()) == []
    again = machine.run()
    assert (again.returncode, len(again.stdout.splitlines())) == (0, 1)
    assert LOCAL_BASE in again.stdout


def test_a_registry_that_answers_the_engine_is_enough(machine: Machine) -> None:
    bare(machine)
    machine.system("debian-13")
    (machine.state / "registry").write_text(f"{BASE}\n")
    result = machine.run()
    assert result.returncode == 0, result.stderr
    assert not any(line.startswith("mmdebstrap") for line in machine.log)
    assert machine.env == []


def test_an_expired_release_file_is_accepted_with_a_warning(machine: Machine) -> None:
    bare(ready(machine))
    (machine.state / "images").write_text("")
    (machine.state / "expired").touch()
    result = machine.run()
    assert result.returncode == 0, result.stderr
    calls = [line for line in machine.log if line.startswith("mmdebstrap")]
    assert ["Check-Valid-Until" in call for call in calls] == [False, True]
    assert result.stderr.startswith("warning: the archive's Release file for Debian forky is past")
    imported = next(line for line in machine.log if line.startswith("docker import"))
    assert "past its Valid-Until date" in imported


def test_a_bad_signature_is_never_accepted(machine: Machine) -> None:
    bare(ready(machine))
    (machine.state / "images").write_text("")
    (machine.state / "unsigned").touch()
    before = machine.files()
    result = machine.run()
    assert result.returncode == 15
    assert "NO_PUBKEY" in result.stderr
    assert result.stderr.splitlines()[-2].startswith("error: the base image could not be made")
    assert not any("Check-Valid-Until" in line for line in machine.log)
    assert machine.files() == before
    assert list(machine.tmp.iterdir()) == []


def test_ctrl_c_leaves_nothing_half_made(machine: Machine) -> None:
    bare(ready(machine))
    (machine.state / "images").write_text("")
    (machine.state / "interrupt").touch()
    before = machine.files()
    result = machine.run()
    assert result.returncode == 130
    assert machine.files() == before
    assert list(machine.tmp.iterdir()) == []
    assert not any(line.startswith("docker import") for line in machine.log)


def test_a_user_who_is_not_in_the_group_yet_is_told_at_the_end(machine: Machine) -> None:
    bare(machine)
    machine.system("debian-13")
    machine.uid = 1000
    # sudo sees the engine, the user does not.
    machine.fake(
        "sudo",
        'rm -f "$STATE/denied"; "$@"; code=$?; touch "$STATE/denied"; exit $code',
    )
    result = machine.run()
    assert result.returncode == 12
    assert "sudo usermod -aG docker someone, log in again" in result.stderr
    assert machine.env == [f"BASE_IMAGE={LOCAL_BASE}"]
    assert "+ sudo docker import" in result.stdout


@pytest.mark.parametrize(
    ("uri", "used"),
    [
        ("http://archive.debian.example/debian/", "http://archive.debian.example/debian/"),
        ("https://user:secret@m.example/debian/", "https://user:secret@m.example/debian/"),
        ("mirror+file:/etc/apt/mirrors/debian.list", "https://first.example/debian"),
        ("cdrom:[Debian]/", None),
    ],
)
def test_the_mirror_is_apts_own(machine: Machine, uri: str, used: str | None) -> None:
    ready(machine)
    (machine.state / "images").write_text("")
    machine.mirror(uri)
    machine.write(
        "etc/apt/mirrors/debian.list",
        "# mirrors\nhttps://first.example/debian\tpriority:1\nhttps://second.example/debian\n",
    )
    line = next(line for line in machine.plan() if "mmdebstrap --variant" in line)
    assert line.rpartition("WORK/base.tar")[2].strip() == (used or "")
    assert ("--customize-hook=sed" in line) == ("@" in uri)


def test_an_ubuntu_mirror_is_not_debians(machine: Machine) -> None:
    ready(machine)
    (machine.state / "images").write_text("")
    machine.system("ubuntu-24.04")
    machine.mirror("http://mirror.example/ubuntu/", origin="Ubuntu")
    line = next(line for line in machine.plan() if "mmdebstrap --variant" in line)
    assert line.endswith("forky WORK/base.tar")
    assert not (machine.host / "apt-mirror").exists()


def test_a_base_image_of_ones_own(machine: Machine) -> None:
    machine.engine()
    (machine.repo / ".env").write_text("BASE_IMAGE=corp.example/forky:1\n")
    result = machine.run()
    assert result.returncode == 15
    assert "corp.example/forky:1 is not here and no registry answers" in result.stderr
    (machine.state / "registry").write_text("corp.example/forky:1\n")
    assert "base image corp.example/forky:1" in machine.run().stdout
    assert machine.env == ["BASE_IMAGE=corp.example/forky:1"]
