import shutil
import tempfile
from pathlib import Path

import pytest

from config.embedded.home import short_hash
from tests.house.running import Run


@pytest.fixture(scope="session")
def folder():
    """A folder with a short path that the account of the servers can enter too (pytest's own are private)."""
    path = Path(tempfile.mkdtemp(prefix="lb-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    for data in path.iterdir():
        for sockets in Path("/tmp").glob(f"lagerbok-*-{short_hash(data)}"):
            shutil.rmtree(sockets)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def running(folder):
    """One `make run`; tests that kill a part of it wait until it is whole again."""
    run = Run(folder / "data")
    try:
        yield run.wait_ready()
    finally:
        run.end()
