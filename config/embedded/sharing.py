"""Who owns the embedded servers of a data folder, and who shares them."""

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from config.embedded.home import EmbeddedError, Home, home_for
from config.embedded.servers import Servers, needed
from config.environment import data_dir

SHARE_SECONDS = 45.0
OWN_SECONDS = 10.0
# Commands that never ask the database.
WITHOUT_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "startapp",
    "version",
}


@contextlib.contextmanager
def own_servers(home: Home, *, purpose: str) -> Iterator[Servers]:
    """Start the servers of a home and stop them at the end; for `make run`.

    Raises: EmbeddedError when another process owns them and does not end soon.
    """
    with contextlib.ExitStack() as stack:
        owner = _own(home, purpose=purpose, patience=OWN_SECONDS)
        if owner is None:
            raise EmbeddedError(
                f"Lagerbok already runs on this data folder ({home.root}): {_read_owner(home)}.\n"
                "Stop it there first, or start this one beside it: make run LAGERBOK_DATA=another/folder PORT=8001"
            )
        stack.callback(owner.close)
        servers = Servers(home)
        stack.callback(servers.stop)
        servers.start()
        yield servers


@contextlib.contextmanager
def servers_for_command(arguments: Sequence[str]) -> Iterator[None]:
    """Give a manage.py command its servers: those that run already, else own ones for as long as it takes.

    Puts DATABASE_URL and REDIS_URL into the environment. Does nothing where both are there, or in production.
    """
    names = needed()
    in_production = os.environ.get("DJANGO_SETTINGS_MODULE") == "config.settings.production"
    if not names or in_production or not _asks_database(arguments):
        yield
        return
    home = home_for(data_dir())
    with contextlib.ExitStack() as stack:
        servers = Servers(home, names=names)
        _share_or_start(servers, stack, purpose=" ".join(arguments[:2]))
        os.environ.update(servers.environment)
        yield


def _asks_database(arguments: Sequence[str]) -> bool:
    if len(arguments) < 2 or arguments[1] in WITHOUT_SERVERS:
        return False
    return not {"--help", "-h", "--version"} & set(arguments[1:])


def _share_or_start(servers: Servers, stack: contextlib.ExitStack, *, purpose: str) -> None:
    end = time.monotonic() + SHARE_SECONDS
    while time.monotonic() < end:
        owner = _own(servers.home, purpose=purpose, patience=0)
        if owner is not None:
            stack.callback(owner.close)
            stack.callback(_stop_when_unused, servers)
            servers.start()
            return
        users = _open_lock(servers.home, "users")
        # Taken before the question: an owner that wants to stop waits for this lock from now on.
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            if servers.answer():
                stack.callback(users.close)
                return
        users.close()
        time.sleep(0.1)
    raise EmbeddedError(f"The database of {servers.home.root} does not answer: {_read_owner(servers.home)}.")


def _stop_when_unused(servers: Servers) -> None:
    users = _open_lock(servers.home, "users")
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Other commands still use the database that this one started: waiting for them.", file=sys.stderr)
        fcntl.flock(users, fcntl.LOCK_EX)
    servers.stop()
    users.close()


def _own(home: Home, *, purpose: str, patience: float) -> TextIO | None:
    """Take the owner's lock, or return None when another process holds it for longer than patience (seconds)."""
    lock = _open_lock(home, "owner")
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end or _is_run(home):
                lock.close()
                return None
            time.sleep(0.1)
        else:
            lock.seek(0)
            lock.truncate()
            lock.write(f"process {os.getpid()}, {purpose}")
            lock.flush()
            return lock


def _is_run(home: Home) -> bool:
    """Whether the owner is a `make run`, which does not end soon, unlike a command."""
    return "make run" in _read_owner(home)


def _read_owner(home: Home) -> str:
    return _lock_path(home, "owner").read_text() or "another process"


def _lock_path(home: Home, name: str) -> Path:
    return home.root / "run" / f"{name}.lock"


def _open_lock(home: Home, name: str) -> TextIO:
    return _lock_path(home, name).open("a+")
