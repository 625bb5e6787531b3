"""A PostgreSQL of one's own: started from the system's binaries on loopback, as a user without rights, and thrown away."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg

_USER = "app"
# Below the ports that the kernel gives to those who ask for any, so that nobody takes one before it is listened on; each
# worker of a parallel run has a part of them.
_PORTS, _WORKERS = range(20_000, 32_000), 8


class Postgres:
    """A server in a folder; it can be stopped and started again."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries = binaries
        self._folder = folder
        self._port = free_port()
        # initdb and the server refuse to run as root.
        self._account = _account() if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        return f"postgresql://{_USER}@127.0.0.1:{self._port}/postgres"

    def create(self) -> None:
        self._folder.mkdir(mode=0o700)
        if self._account:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        self._run("initdb", "-U", _USER, "--auth=trust", "-E", "UTF8", "--no-locale", "-N")

    def start(self) -> None:
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    @property
    def folder(self) -> Path:
        """Where it keeps its files."""
        return self._folder

    async def run_alone(self, command: str) -> None:
        """Run what no transaction may hold, such as VACUUM, and say nothing of it."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(command)
        finally:
            await connection.close()

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def _run(self, name: str, *arguments: str) -> None:
        user = (
            {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []} if self._account else {}
        )
        subprocess.run(
            [self._binaries / name, "-D", self._folder, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            timeout=120,
            **user,
        )


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, which Debian keeps off the path; None where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running(folder: Path) -> Iterator[Postgres]:
    """Run a server in a new folder for a while."""
    programs = binaries()
    assert programs is not None
    server = Postgres(programs, folder)
    server.create()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("there is no user without rights to run PostgreSQL as")


def free_port() -> int:
    """Return a port that nobody listens on and that was not returned before."""
    for port in itertools.islice(_own_ports, len(_PORTS)):
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"no port of {_PORTS} is free")


def _ports() -> Iterator[int]:
    """Return this worker's ports again and again, from where other runs on this machine are not likely to be."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    own = _PORTS[worker % _WORKERS :: _WORKERS]
    begin = os.getpid() % len(own)
    return itertools.cycle([*own[begin:], *own[:begin]])


_own_ports = _ports()
