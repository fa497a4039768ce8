"""``images/bootstrap`` where nothing is to do, and what it plans."""

import pytest

from tests.fake_machine import APT_INSTALL, BASE, LOCAL_BASE, Machine, ready


@pytest.mark.parametrize("where", ["images", "registry"])
@pytest.mark.parametrize("option", [(), ("--check",), ("--plan",)])
def test_nothing_to_do_is_one_line_and_no_file(
    machine: Machine, where: str, option: tuple[str, ...]
) -> None:
    machine.engine()
    (machine.state / where).write_text(f"{BASE}\n")
    before = machine.files()
    result = machine.run(*option)
    assert result.returncode == 0
    assert result.stderr == ""
    assert len(result.stdout.splitlines()) == 1
    assert "nothing to do (engine 20.10.24, Compose 2.26.1, buildx 0.13.1" in result.stdout
    assert machine.files() == before
    assert not any(line.startswith(("docker pull", "apt-get update")) for line in machine.log)


def test_nothing_to_do_on_a_mac_with_docker(machine: Machine) -> None:
    ready(machine)
    machine.environment["FAKE_SYSTEM"] = "Darwin"
    machine.uid = 501
    assert machine.run().returncode == 0


def test_check_reports_and_changes_nothing(machine: Machine) -> None:
    machine.owner = "1234 99"
    before = machine.files()
    result = machine.run("--check")
    assert result.returncode == 1
    missing = result.stdout.splitlines()
    assert all(line.startswith("missing: ") for line in missing)
    for what in ("a container engine", "Compose v2", "buildx", "SPEC14_UID=1234 SPEC14_GID=99"):
        assert what in result.stdout
    assert machine.files() == before
    assert list(machine.tmp.iterdir()) == []


def test_wrong_usage(machine: Machine) -> None:
    result = machine.run("--frobnicate")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == "error: images/bootstrap does not know --frobnicate"


def base_plan(*, sudo: str = "", mirror: str = "") -> list[str]:
    return [
        f"docker pull {BASE}",
        "# only if no image registry answers:",
        f"{sudo}apt-get update",
        f"{sudo}{APT_INSTALL}mmdebstrap debian-archive-keyring",
        (
            f"{sudo}env TMPDIR=/var/tmp mmdebstrap --variant=minbase --include=ca-certificates "
            f"forky WORK/base.tar{mirror}"
        ),
        (
            "docker import --change 'LABEL spec14.base.origin=\"made from the Debian archive by "
            f"images/bootstrap\"' --change 'CMD [\"bash\"]' WORK/base.tar {LOCAL_BASE}"
        ),
        f"# write .env: BASE_IMAGE={LOCAL_BASE}",
    ]


@pytest.mark.parametrize(
    ("system", "packages"),
    [
        ("debian-13", "docker.io iptables docker-cli docker-compose docker-buildx"),
        ("debian-testing", "docker.io iptables docker-cli docker-compose docker-buildx"),
        ("ubuntu-22.04", "docker.io iptables docker-compose-v2 docker-buildx"),
        ("ubuntu-24.04", "docker.io iptables docker-compose-v2 docker-buildx"),
    ],
)
@pytest.mark.parametrize("uid", [0, 1000])
def test_plan_from_nothing(machine: Machine, system: str, packages: str, uid: int) -> None:
    machine.system(system)
    machine.uid = uid
    machine.sudo()
    (machine.sysroot / "run/systemd/system").mkdir(parents=True)
    sudo = "sudo " if uid else ""
    assert machine.plan() == [
        f"{sudo}apt-get update",
        f"{sudo}{APT_INSTALL}{packages}",
        f"{sudo}systemctl enable --now docker",
        *base_plan(sudo=sudo),
    ]
    assert not any("install" in line or "docker" in line for line in machine.log)


def test_plan_for_debian_12_takes_the_plugins_from_a_later_release(machine: Machine) -> None:
    machine.mirror("http://mirror.example/debian/")
    assert machine.plan() == [
        "apt-get update",
        f"{APT_INSTALL}docker.io iptables",
        "# a private apt configuration for Debian trixie at http://mirror.example/debian/",
        "env APT_CONFIG=WORK/apt/apt.conf apt-get update",
        "env APT_CONFIG=WORK/apt/apt.conf apt-get download docker-compose docker-buildx",
        *(
            line
            for name in ("docker-compose", "docker-buildx")
            for line in (
                f"dpkg-deb -x WORK/apt/debs/{name}.deb WORK/apt/{name}",
                (
                    f"install -D -m 755 WORK/apt/{name}/usr/libexec/docker/cli-plugins/{name} "
                    f"/usr/local/lib/docker/cli-plugins/{name}"
                ),
            )
        ),
        "sh -c 'setsid dockerd </dev/null >>/var/log/dockerd.log 2>&1 3>&- &'",
        *base_plan(mirror=" http://mirror.example/debian/")[:-1],
        "# write images/host/apt-mirror (mode 0644): apt's mirror",
        f"# write .env: BASE_IMAGE={LOCAL_BASE} SPEC14_HOST_APT=./images/host/apt-mirror",
    ]


def test_compose_1_is_no_compose(machine: Machine) -> None:
    ready(machine)
    (machine.state / "docker-compose").write_text("1.29.2\n")
    machine.system("debian-13")
    assert machine.plan()[1] == f"{APT_INSTALL}docker-compose"


@pytest.mark.parametrize(
    ("system", "kernel", "advice"),
    [
        ("fedora", "Linux", "sudo dnf install moby-engine docker-cli docker-compose"),
        ("arch", "Linux", "install Docker Engine 20.10 or later"),
        ("debian-11", "Linux", "install Docker Engine 20.10 or later"),
        ("fedora", "Darwin", "install and start Docker Desktop"),
    ],
)
def test_elsewhere_it_says_what_to_install(
    machine: Machine, system: str, kernel: str, advice: str
) -> None:
    machine.system(system)
    machine.environment["FAKE_SYSTEM"] = kernel
    result = machine.run()
    what, do = result.stderr.splitlines()
    assert result.returncode == 11
    assert result.stdout == ""
    assert what == "error: not on this machine: a container engine, Compose v2, buildx"
    assert do.startswith(f"  next: {advice}")
    assert do.endswith("then run images/bootstrap again")
    assert not any("install" in line for line in machine.log)


def test_without_root_and_sudo(machine: Machine) -> None:
    machine.uid = 1000
    result = machine.run()
    assert result.returncode == 12
    assert result.stderr.splitlines() == [
        "error: this needs root, and sudo is not on this machine",
        "  next: run images/bootstrap as root",
    ]


def test_no_rights_to_a_running_engine(machine: Machine) -> None:
    ready(machine)
    machine.uid = 1000
    (machine.state / "denied").touch()
    result = machine.run()
    assert result.returncode == 12
    assert "someone has no rights to the container engine" in result.stderr
    assert "sudo usermod -aG docker someone" in result.stderr
    assert machine.env == []


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("DOCKER_HOST", "tcp://far.example:2375", "DOCKER_HOST=tcp://far.example:2375"),
        ("FAKE_CONTEXT", "desktop", "docker context desktop"),
    ],
)
def test_a_chosen_engine_that_is_silent_is_not_replaced(
    machine: Machine, variable: str, value: str, words: str
) -> None:
    machine.engine(running=False)
    machine.environment[variable] = value
    result = machine.run()
    assert result.returncode == 11
    assert f"error: the engine of {words} does not answer" in result.stderr
    assert not any("install" in line for line in machine.log)


@pytest.mark.parametrize(
    ("systemd", "pid_1", "command"),
    [
        (True, "systemd", "systemctl enable --now docker"),
        (False, "init", "service docker start"),
        (False, "tini", "sh -c 'setsid dockerd </dev/null >>/var/log/dockerd.log 2>&1 3>&- &'"),
    ],
)
def test_how_the_engine_is_started(
    machine: Machine, *, systemd: bool, pid_1: str, command: str
) -> None:
    machine.engine(running=False)
    if systemd:
        (machine.sysroot / "run/systemd/system").mkdir(parents=True)
    machine.write("proc/1/comm", f"{pid_1}\n")
    machine.write("etc/init.d/docker", "").chmod(0o755)
    assert machine.plan()[0] == command


def test_an_engine_that_never_answers_ends_the_wait(machine: Machine) -> None:
    machine.engine(running=False)
    (machine.sysroot / "run/systemd/system").mkdir(parents=True)
    machine.fake("systemctl", ":")
    result = machine.run()
    assert result.returncode == 11
    assert "error: the container engine does not answer a minute after its start" in result.stderr
