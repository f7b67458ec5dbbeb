"""Opening every address as everybody, to see who is let in. Nothing of what it does stays."""

from contextlib import contextmanager
from unittest.mock import patch

from django.db import transaction
from django.http import FileResponse
from django.template.backends.django import Template
from django.test import Client

from tests.web.addresses import addresses, arguments
from tests.web.permissions_table import ANONYMOUS, EVERYBODY

ADVICE = """\
These addresses name something that is not there (?, 404) or fail (!, 500). Mend ARGUMENTS in tests/web/addresses.py,
add what they name to tests/web/one_of_each.py, or repair the page:
"""


# With the way back; who signs out is sent there without.
SIGN_IN = ("/accounts/login/?next=", "/admin/login/?next=")


class Unreachable(AssertionError):
    """Addresses that answer nobody: the object that they name is not there, or they fail."""


@contextmanager
def blank_pages():
    """Who is let in is decided before a page is drawn, and drawing takes most of the time."""
    with patch.object(Template, "render", lambda *_args, **_kwargs: ""):
        yield


def measure(world, usernames=EVERYBODY, *, only=None):
    """Open every address as each of the users: {route: {username: mark}}, of `only` these routes where given."""
    found = {}
    for username in usernames:
        client = Client(raise_request_exception=False)
        if username != ANONYMOUS:
            client.force_login(world.of[username].user)
        for address in addresses():
            if only is None or address.route in only:
                path = address.path(arguments(address, world, username if username in world.of else "lead"))
                with blank_pages():
                    found.setdefault(address.route, {})[username] = _mark(client, path)
    lost = [f"{route}: {marks}" for route, marks in found.items() if {"?", "!"} & set(marks.values())]
    if lost:
        raise Unreachable(ADVICE + "\n".join(lost))
    return found


def _mark(client, path):
    """One address as one user: `-`, `r`, `w`; `?` where nothing is there, `!` where it fails."""
    read, written = (_answer(client, method, path) for method in ("get", "post"))
    if "failed" in (read, written):
        return "!"
    # A POST that finds nothing was let in: a document's state may hide its lines from being changed.
    if read == "missing" or (read == "closed" and written == "missing"):
        return "?"
    if written in ("open", "missing"):
        return "w"
    return "r" if read == "open" else "-"


def _answer(client, method, path):
    """What comes of a request; nothing of what it wrote stays."""
    session = dict(client.cookies)
    point = transaction.savepoint()
    try:
        answer = getattr(client, method)(path)
        if isinstance(answer, FileResponse):
            answer.getvalue()  # read to its end, it closes its file
    finally:
        transaction.savepoint_rollback(point)
        client.cookies.clear()
        client.cookies.update(session)
    to_sign_in = answer.status_code == 302 and answer.url.startswith(SIGN_IN)
    if answer.status_code in (401, 403, 405) or to_sign_in:
        return "closed"
    return {404: "missing", 500: "failed"}.get(answer.status_code, "open")
