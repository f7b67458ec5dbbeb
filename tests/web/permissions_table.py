"""Who may open what, as tests/web/permissions.txt keeps it.

Write the table anew after a change of the URL configuration, and read the difference before it is committed:

    python -m tests.web.permissions_table
"""

import os
import sys
from pathlib import Path

import pytest

TABLE = Path(__file__).parent / "permissions.txt"
ANONYMOUS = "anonymous"
EVERYBODY = ("clerk", "lead", "purchaser", "accountant", "controller", "auditor", "admin", ANONYMOUS)
WRITE = "WRITE_PERMISSIONS"  # the environment variable that makes the test write the table instead of comparing
HEAD = """\
# Who may open what. Compared by tests/web/test_permissions.py, written anew by: python -m tests.web.permissions_table
#   -  refused, or sent to the sign-in page
#   r  opens (GET), and nothing may be sent to it
#   w  a POST is let in as well, or alone; what it then may do is the business of the domain
# A line for each address. /metrics answers to METRICS_ALLOWED_IPS alone, as the tests' own address is. /admin/ stands
# for Django's pages below it. Nobody has two rights at once: goods and invoice together, opening balances.
"""


def read():
    """The table as it is kept: {route: {username: mark}}."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            *marks, route = line.split()
            if marks[0] != "clerk":
                found[route] = dict(zip(EVERYBODY, marks, strict=True))
    return found


def line_of(route, marks):
    """One line of the table."""
    return "".join(f"{marks[name]:<{len(name) + 2}}" for name in EVERYBODY) + route


def write(found):
    """Keep a measured table."""
    head = "".join(f"{name:<{len(name) + 2}}" for name in EVERYBODY) + "address"
    lines = [line_of(route, marks) for route, marks in found.items()]
    TABLE.write_text(HEAD + "\n" + "\n".join((head, *lines)) + "\n")


if __name__ == "__main__":
    os.environ[WRITE] = "1"
    sys.exit(pytest.main(["-q", "-x", "tests/web/test_permissions.py"]))
