"""Where the data, the sockets and the logs of the embedded servers are, and who runs them."""

import contextlib
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.processes import Account, account_of, can_enter, ordinary_account, succeeds

DATABASE = USER = "lagerbok"
SYSTEM_HOME = Path("/var/lib/lagerbok")
# The limit of the kernel is 108 bytes, and PostgreSQL makes a lock file of a slightly longer name beside its socket.
SOCKET_PATH_MAX = 100


class EmbeddedError(RuntimeError):
    """The servers cannot run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one set of servers, and the account that they run as (None: our own)."""

    root: Path
    sockets: Path
    account: Account | None
    note: str = ""

    @property
    def database_url(self) -> str:
        """The address of the embedded database."""
        return f"postgresql:///{DATABASE}?host={self.sockets}&user={USER}"

    @property
    def redis_url(self) -> str:
        """The address of the embedded broker, as Celery writes it."""
        return f"redis+socket://{self.valkey_socket}"

    @property
    def valkey_socket(self) -> Path:
        """The socket of the embedded broker."""
        return self.sockets / "valkey.sock"


def home_for(data: Path) -> Home:
    """Choose and make the folders for a data folder.

    Raises: EmbeddedError when it cannot be written, or when root finds no account to hand the servers to.
    """
    if os.geteuid() != 0:
        make_folder(data)
        return _with_sockets(data, account=None)
    make_folder(data)
    account = _account_for(data)
    if can_enter(data, account=account):
        return _with_sockets(data, account=account)
    make_folder(SYSTEM_HOME)
    root = SYSTEM_HOME / short_hash(data)
    note = f"{account.name}, who runs the servers for root, cannot enter {data}: their data are in {root}"
    return _with_sockets(root, account=account, note=note)


def temporary_home() -> Home:
    """Make the folders for servers that are thrown away."""
    root = Path(tempfile.mkdtemp(prefix="lagerbok-", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108 - short
    account = _account_for(root) if os.geteuid() == 0 else None
    if account:
        root.chmod(0o755)
    return _with_sockets(root, account=account)


def _account_for(data: Path) -> Account:
    """Root's choice: whoever the data belong to already, else the ordinary account."""
    with contextlib.suppress(OSError):
        owner = (data / "postgres").stat().st_uid
        if owner:
            return account_of(owner)
    try:
        account = ordinary_account()
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and there is no user nobody: set DATABASE_URL."
        ) from error
    if not succeeds([shutil.which("true") or "/bin/true"], account=account):
        raise EmbeddedError(
            f"PostgreSQL does not run as root, and this root may not become {account.name}: set DATABASE_URL."
        )
    return account


def _with_sockets(root: Path, *, account: Account | None, note: str = "") -> Home:
    for name in ("log", "postgres", "valkey", "run", "media"):
        make_folder(root / name, account=account, mode=0o755 if name == "media" else 0o700)
    sockets = root / "run"
    if len(os.fsencode(sockets / ".s.PGSQL.5432.lock")) > SOCKET_PATH_MAX:
        owner = account.uid if account else os.geteuid()
        sockets = Path("/tmp") / f"lagerbok-{owner}-{short_hash(root)}"  # noqa: S108 - ownership is checked below
        make_folder(sockets, account=account, mode=0o700)
        found = sockets.lstat()
        if found.st_uid != owner or found.st_mode & 0o077 or sockets.is_symlink():
            raise EmbeddedError(
                f"{sockets} should be a private folder of user {owner} for the sockets, but is not. Remove it."
            )
    return Home(root=root, sockets=sockets, account=account, note=note)


def make_folder(folder: Path, *, account: Account | None = None, mode: int = 0o755) -> None:
    """Make a folder with its parents; give it mode and owner only when it is new."""
    if folder.is_dir():
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _unwritable(folder, "permission denied")
        return
    try:
        folder.mkdir(parents=True)
        folder.chmod(mode)
        if account:
            os.chown(folder, account.uid, account.gid)
    except OSError as error:
        raise _unwritable(folder, error.strerror or str(error)) from error


def _unwritable(folder: Path, reason: str) -> EmbeddedError:
    who = account_of(os.geteuid()).name
    return EmbeddedError(
        f"The data folder {folder} cannot be written by {who} ({reason}). "
        "Give LAGERBOK_DATA a folder of your own, or correct the rights of this one."
    )


def short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
