"""`make load`: fifty clerks for a minute against everything that `make run` starts, on a database of its own.

    LOAD_CLERKS=50 LOAD_SECONDS=60 python -m tests.load

Prints the figures. Exit code 1 with the reasons where something is wrong.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from config.embedded import home_for
from tests.house.running import Run

START_SECONDS = 900
"""Patience with a machine that is at something else: the database is made and migrated first."""


def main() -> int:
    clerks, seconds = int(os.environ.get("LOAD_CLERKS") or 50), float(os.environ.get("LOAD_SECONDS") or 60)
    folder = Path(tempfile.mkdtemp(prefix="lagerbok-load-"))
    folder.chmod(0o755)  # the account of the servers enters it too
    server = Run(folder / "data")
    try:
        server.wait_ready(START_SECONDS)
        return _load(server, clerks=clerks, seconds=seconds)
    finally:
        server.end()
        shutil.rmtree(folder, ignore_errors=True)


def _load(server: Run, *, clerks: int, seconds: float) -> int:
    os.environ |= {
        "DATABASE_URL": home_for(server.data).database_url,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DEBUG": "0",
    }
    import django

    django.setup()
    from tests.load import running, tally

    load = running.run(server.port, clerks=clerks, seconds=seconds)
    load.wrong += running.wrong_in_log(server.output)
    print(tally.report(load.tally, clerks=clerks, seconds=load.seconds))
    for each in load.wrong:
        print(f"WRONG: {each}", file=sys.stderr)
    return 1 if load.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
