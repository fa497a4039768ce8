"""A machine made of fake programs, for ``images/bootstrap``.

The script itself is the real one, run by the system's sh; what it calls outside (docker,
apt-get, mmdebstrap, sudo …) are small scripts in a PATH that holds nothing else, and the system's
files come from a folder. So the plans for systems that are not at hand are tested as plans.
"""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SCRIPT: Final = Path(__file__).resolve().parents[1] / "images" / "bootstrap"

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


def ready(machine: Machine) -> Machine:
    """Give a machine an engine that runs, and a base image."""
    machine.engine()
    (machine.state / "images").write_text(f"{BASE}\n")
    return machine
