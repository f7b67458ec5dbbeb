"""Nothing opens that is not in the table: every address as each of the seven roles and as nobody, by GET and by POST.

The table is tests/web/permissions.txt; `python -m tests.web.permissions_table` writes it anew.
"""

import os

import pytest

from config.base.jobs import queue
from tests.web import opening, permissions_table
from tests.web.one_of_each import one_of_each

pytestmark = [pytest.mark.walk, pytest.mark.django_db, pytest.mark.timeout(900)]


@pytest.fixture
def world(shop, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)
    return one_of_each(shop)


def test_every_address_opens_to_whom_the_table_says(world):
    found = opening.measure(world)
    if os.environ.get(permissions_table.WRITE):
        permissions_table.write(found)
    table = permissions_table.read()
    assert [permissions_table.line_of(route, marks) for route, marks in found.items() if route not in table] == [], (
        "Decide whether that is meant, and add these lines to tests/web/permissions.txt"
    )
    differs = {
        route: {name: (table[route][name], mark) for name, mark in marks.items() if table[route][name] != mark}
        for route, marks in found.items()
    }
    assert {route: marks for route, marks in differs.items() if marks} == {}, "(table, found)"
    assert sorted(set(table) - set(found)) == [], "These lines of the table have no address any more"
