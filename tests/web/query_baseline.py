"""How many queries each page takes, as tests/web/query_baseline.txt keeps it.

Write the file anew after a page has changed, and read the difference before it is committed:

    python -m tests.web.query_baseline
"""

import os
import sys
from pathlib import Path

import pytest

BASELINE = Path(__file__).parent / "query_baseline.txt"
WRITE = "WRITE_QUERY_BASELINE"  # the environment variable that makes the test write the file instead of comparing
HEAD = """\
# How many queries a page takes at most, session and user included. Compared by tests/web/test_page_budgets.py, written
# anew by: python -m tests.web.query_baseline
"""


def read():
    """The file as it is kept: {page: queries}."""
    lines = (line for line in BASELINE.read_text().splitlines() if line and not line.startswith("#"))
    return {page: int(queries) for queries, page in (line.split(maxsplit=1) for line in lines)}


def write(found):
    """Keep measured numbers."""
    lines = [f"{queries:>4}  {page}" for page, queries in found.items()]
    BASELINE.write_text(HEAD + "\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    os.environ[WRITE] = "1"
    sys.exit(pytest.main(["-q", "-x", "tests/web/test_page_budgets.py", "-k", "queries"]))
