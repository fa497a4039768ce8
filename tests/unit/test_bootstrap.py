"""images/bootstrap on machines made of fake programs.

The script itself is the real one, run by the system's sh; what it calls outside (docker,
apt-get, mmdebstrap, sudo …) are small scripts in a PATH that holds nothing else, and the system's
files come from a folder. So the plans for systems that are not at hand are tested as plans.
"""

import shutil
import stat
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

SCRIPT: Final = Path(__file__).resolve().parents[2] / "images" / "bootstrap"

REAL: Final = (
    *("sh", "awk", "cat", "chmod", "cmp", "cp", "cut", "dirname", "env", "grep", "install"),
    *("mkdir", "mktemp", "mv", "rm", "sed", "tail", "touch", "tr"),
)

DOCKER: Final = """\
echo "docker $*" >>"$STATE/log"
case "$1 $2" in
    "version --format")
        [ ! -e "$STATE/denied" ] || { echo "permission denied while trying to connect"; exit 1; }
        [ -e "$STATE/running" ] || { echo "Cannot connect to the Docker daemon"; exit 1; }
        echo 20.10.24 ;;
    "compose version") [ -e "$STATE/docker-compose" ] && cat "$STATE/docker-compose" ;;
    "buildx version") [ -e "$STATE/docker-buildx" ] && echo "example/buildx 0.13.1 abc" ;;
    "context show") echo "${FAKE_CONTEXT:-default}" ;;
    "image inspect") grep -qxF "$3" "$STATE/images" ;;
    "manifest inspect") grep -qxF "$3" "$STATE/registry" ;;
    pull*) grep -qxF "$2" "$STATE/registry" && echo "$2" >>"$STATE/images" ;;
    import*) for last in "$@"; do :; done; echo "$last" >>"$STATE/images" ;;
    *) exit 99 ;;
esac
"""

APT_GET: Final = """\
echo "apt-get $*" >>"$STATE/log"
case "$*" in
    indextargets*) cat "$STATE/targets" ;;
    *docker.io*) cp "$STATE/docker.fake" "$BIN/docker"; cp "$STATE/dockerd.fake" "$BIN/dockerd" ;;
    *mmdebstrap*) cp "$STATE/mmdebstrap.fake" "$BIN/mmdebstrap" ;;
    download*) shift; for name in "$@"; do touch "${name}_1_all.deb"; done ;;
esac
case "$*" in *docker-compose*)
    case "$*" in download*) ;; *) echo 2.26.1 >"$STATE/docker-compose" ;; esac ;; esac
case "$*" in *docker-buildx*)
    case "$*" in download*) ;; *) touch "$STATE/docker-buildx" ;; esac ;; esac
"""

MMDEBSTRAP: Final = """\
echo "mmdebstrap $*" >>"$STATE/log"
case "$*" in *Check-Valid-Until*) rm -f "$STATE/expired" ;; esac
if [ -e "$STATE/interrupt" ]; then kill -INT "$PPID"; sleep 1; exit 1; fi
if [ -e "$STATE/expired" ]; then
    echo "E: Release file for http://mirror is expired (invalid since 3d)." >&2; exit 25
fi
if [ -e "$STATE/unsigned" ]; then echo "E: GPG error: NO_PUBKEY 1234" >&2; exit 25; fi
for word in "$@"; do case $word in */base.tar) echo tar >"$word" ;; esac; done
"""

DPKG_DEB: Final = """\
echo "dpkg-deb $*" >>"$STATE/log"
name=${3##*/}
mkdir -p "$3/usr/libexec/docker/cli-plugins"
echo plugin >"$3/usr/libexec/docker/cli-plugins/$name"
"""

# What is installed under /usr/local lands in the state's folder; the rest of install(1) is real.
INSTALL: Final = """\
echo "install $*" >>"$STATE/log"
name=${5##*/}
[ "$(cat "$4")" = plugin ] && echo 2.26.1 >"$STATE/$name"
"""

OS_RELEASES: Final = {
    "debian-12": 'ID=debian\nVERSION_ID="12"\nHOME_URL="https://www.debian.example/"\n',
    "debian-13": 'ID=debian\nVERSION_ID="13"\nHOME_URL="https://www.debian.example/"\n',
    "debian-testing": 'ID=debian\nHOME_URL="https://www.debian.example/"\n',
    "debian-11": 'ID=debian\nVERSION_ID="11"\nHOME_URL="https://www.debian.example/"\n',
    "ubuntu-22.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\n',
    "ubuntu-24.04": 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n',
    "fedora": 'ID=fedora\nVERSION_ID="44"\n',
    "arch": "ID=arch\n",
}

APT_INSTALL: Final = (
    "env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "
    "install -y --no-install-recommends "
)
BASE: Final = "debian:forky-slim"
LOCAL_BASE: Final = "spec14-base:forky"


@dataclass(kw_only=True)
class Machine:
    """A machine that consists of what the test put there."""

    folder: Path
    uid: int = 0
    owner: str = "1000 1000"
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in (self.bin, self.state, self.sysroot / "etc", self.home, self.tmp):
            path.mkdir(parents=True)
        (self.repo / "images" / "host").mkdir(parents=True)
        (self.repo / "images" / "host" / "empty").touch()
        shutil.copy(SCRIPT, self.repo / "images" / "bootstrap")
        for name in REAL:
            found = shutil.which(name)
            assert found, f"{name} is not on this machine"
            (self.bin / name).symlink_to(found)
        for name in ("images", "registry", "targets", "log"):
            (self.state / name).touch()
        for name, text in (
            ("docker", DOCKER),
            ("dockerd", 'touch "$STATE/running"'),
            ("mmdebstrap", MMDEBSTRAP),
        ):
            self._program(self.state / f"{name}.fake", text)
        self.fake("uname", "echo ${FAKE_SYSTEM:-Linux}")
        self.fake("id", 'case $1 in -u) echo "$FAKE_UID" ;; *) echo someone ;; esac')
        self.fake("ls", 'echo "drwxr-xr-x 2 $FAKE_OWNER 4096 Jan 1 00:00 folder"')
        self.fake("sleep", ":")
        self.fake("chown", 'echo "chown $*" >>"$STATE/log"')
        self.fake("setsid", '"$@"')
        self.fake("apt-get", APT_GET)
        self.fake("dpkg-deb", DPKG_DEB)

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    @property
    def sysroot(self) -> Path:
        return self.folder / "system"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def tmp(self) -> Path:
        return self.folder / "tmp"

    @property
    def repo(self) -> Path:
        return self.folder / "a repo"

    @property
    def host(self) -> Path:
        return self.repo / "images" / "host"

    @property
    def log(self) -> list[str]:
        return (self.state / "log").read_text().splitlines()

    @property
    def env(self) -> list[str]:
        path = self.repo / ".env"
        return path.read_text().splitlines() if path.exists() else []

    def fake(self, name: str, text: str) -> None:
        (self.bin / name).unlink(missing_ok=True)
        self._program(self.bin / name, text)

    @staticmethod
    def _program(path: Path, text: str) -> None:
        path.write_text(f"#!{shutil.which('sh')}\n{text}\n")
        path.chmod(0o755)

    def system(self, name: str) -> None:
        (self.sysroot / "etc" / "os-release").write_text(OS_RELEASES[name])

    def engine(self, *, running: bool = True) -> None:
        self.fake("docker", DOCKER)
        self.fake("dockerd", 'touch "$STATE/running"')
        (self.state / "docker-compose").write_text("2.26.1\n")
        (self.state / "docker-buildx").touch()
        if running:
            (self.state / "running").touch()

    def sudo(self) -> None:
        self.fake("sudo", 'echo "sudo $*" >>"$STATE/log"; "$@"')

    def mirror(self, uri: str, *, origin: str = "Debian") -> None:
        (self.state / "targets").write_text(
            f"{origin}|Debian-Security|main|http://security.example/\n{origin}|{origin}|main|{uri}\n"
        )

    def write(self, path: str, text: str) -> Path:
        file = self.sysroot / path if not path.startswith("~") else self.home / path[2:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [shutil.which("sh") or "sh", str(self.repo / "images" / "bootstrap"), *words],
            env={
                "PATH": str(self.bin),
                "HOME": str(self.home),
                "TMPDIR": str(self.tmp),
                "STATE": str(self.state),
                "BIN": str(self.bin),
                "FAKE_UID": str(self.uid),
                "FAKE_OWNER": self.owner,
                "SPEC14_BOOTSTRAP_SYSROOT": str(self.sysroot),
                **self.environment,
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def plan(self) -> list[str]:
        """Give the commands of the plan, with the folder for temporary files named WORK."""
        result = self.run("--plan")
        assert result.returncode == 0, result.stderr
        _, _, plan = result.stdout.partition("images/bootstrap will run:\n")
        work = next(
            (word for word in plan.replace("/", " /").split() if "spec14-bootstrap." in word), ""
        )
        return [line.strip().replace(str(self.tmp) + work, "WORK") for line in plan.splitlines()]

    def files(self) -> set[str]:
        return {str(path.relative_to(self.repo)) for path in self.repo.rglob("*")}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(folder=tmp_path)
    made.system("debian-12")
    return made


def ready(machine: Machine) -> Machine:
    machine.engine()
    (machine.state / "images").write_text(f"{BASE}\n")
    return machine


# ------------------------------------------------------------------ nothing to do


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


# ------------------------------------------------------------------ plans


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


# ------------------------------------------------------------------ runs


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


# ------------------------------------------------------------------ .env


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


# ------------------------------------------------------------------ what is handed over

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
