"""Child processes that die with their parent, and the account they run as.

Needs nothing but Python, so that the embedded servers can be started before Django is loaded.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ORDINARY_ACCOUNT = "nobody"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system that children run as."""

    name: str
    uid: int
    gid: int


def account_of(uid: int) -> Account:
    """Return the account with a user id; one that has no name any more gets its number as its name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        return Account(name=str(uid), uid=uid, gid=uid)
    return Account(name=entry.pw_name, uid=uid, gid=entry.pw_gid)


def ordinary_account() -> Account:
    """Return the account that root hands servers to. Raises: KeyError when the machine has none."""
    entry = pwd.getpwnam(ORDINARY_ACCOUNT)
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def die_with_parent(signal_number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send this process a signal when the thread that started it ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal_number))


def spawn(
    command: Sequence[str | os.PathLike[str]],
    *,
    account: Account | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    log: Path | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that Ctrl+C reaches only its parent, who stops it in order.

    Args:
        account: whom to become; only root can, and nobody else may pass one.
        death_signal: what the child gets when its parent dies. The parent's *thread* counts: call from the main one.
        log: where both outputs go; None leaves them on the terminal.
    """
    output = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_before_exec(death_signal, parent=os.getpid()),
            **_identity(account),
        )
    finally:
        if output:
            output.close()


def _before_exec(death_signal: signal.Signals, *, parent: int) -> Callable[[], None]:
    def prepare() -> None:
        # After the change of account, which clears the death signal.
        die_with_parent(death_signal)
        if os.getppid() != parent:  # it died in between
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare


def _identity(account: Account | None) -> dict[str, Any]:
    return {} if account is None else {"user": account.uid, "group": account.gid, "extra_groups": []}


def succeeds(command: Sequence[str | os.PathLike[str]], *, account: Account | None, cwd: str = "/") -> bool:
    """Whether a short command ends well under an account; its output is dropped."""
    try:
        done = subprocess.run(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=60,
            cwd=cwd,
            **_identity(account),
        )
    except (OSError, subprocess.SubprocessError):  # may not become that user, may not enter cwd, may not execute
        return False
    return bool(done.returncode == 0)


def can_enter(folder: Path, *, account: Account | None) -> bool:
    """Whether an account may pass through a folder and all folders above it."""
    test = shutil.which("test") or "/usr/bin/test"
    return succeeds([test, "-x", folder], account=account)


def stop(process: subprocess.Popen[bytes], *, first: signal.Signals = signal.SIGTERM, patience: float = 10) -> None:
    """Stop a child that `spawn` started: politely, then, when patience (seconds) runs out, with its whole session."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            kill_session(process)
            process.wait()


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill a child and everything that it started, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # gone already: what we wanted


def is_running(pid: int, *, working_in: Path) -> bool:
    """Whether a process id of an old pid file still is a process that works in that folder.

    After a restart of the machine the same number may be anything. Without /proc the answer is whether it exists.
    """
    if sys.platform != "linux":
        return _exists(pid)
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == working_in.resolve()
    except OSError:
        return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
