"""What a page may take: queries as in a baseline, 150 kB, 60 kB of own scripts, nothing from another host.

Measured in a small "large company" (tests/bench/large_company.py), so that every list has a full page, with one of each
thing that an address can name. The times are measured by `python -m tests.bench --only pages`.
"""

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from django.contrib.staticfiles import finders
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from config.base.jobs import queue
from tests.bench import large_company
from tests.web import query_baseline
from tests.web.one_of_each import one_of_each
from tests.web.page_walk import PageWalk
from tests.web.shop import open_shop

ITEMS, ENTRIES = 300, 1500
PAGE_BYTES, SCRIPT_BYTES = 150_000, 60_000
# What misses the budget, and how large it is at most.
LARGER = {"/reports/cost-specification/": 210_000}
SCRIPT = re.compile(r'<script[^>]*\bsrc="/static/(js/[^"?]+)')
ELSEWHERE = re.compile(r"""\b(?:src|href|action|srcset|hx-\w+|data-\w*url)="(?:https?:)?//[^"]*""")

pytestmark = [pytest.mark.walk, pytest.mark.django_db, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Measured:
    queries: int
    size: int
    scripts: frozenset[str]
    elsewhere: tuple[str, ...]


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker, tmp_path_factory):
    """Each page of a large company, opened twice, what the second time took; all of it rolled back."""
    files = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media"))
    no_worker = patch.object(queue.current_app, "send_task")
    with files, no_worker, django_db_blocker.unblock(), _rolled_back():
        large_company.load(items=ITEMS, entries=ENTRIES, settled=False)
        walk = PageWalk(one_of_each(open_shop()))
        return {page.name: _measure(walk, page) for page in walk.pages(ways=False)}


@contextmanager
def _rolled_back():
    whole = transaction.atomic()
    whole._from_testcase = True  # as in a test, postings may stand inside it
    with whole:
        yield
        transaction.set_rollback(True)


def _measure(walk, page):
    with CaptureQueriesContext(connection) as captured:
        answer = walk.get(page)
    html = answer.content.decode()
    return Measured(
        queries=len(captured),
        size=len(answer.content),
        scripts=frozenset(SCRIPT.findall(html)),
        elsewhere=tuple(ELSEWHERE.findall(html)),
    )


def test_no_page_takes_more_queries_than_its_baseline(pages):
    found = {name: page.queries for name, page in pages.items()}
    if os.environ.get(query_baseline.WRITE):
        query_baseline.write(found)
    baseline = query_baseline.read()
    assert sorted(set(found) ^ set(baseline)) == [], "Write the baseline anew: python -m tests.web.query_baseline"
    more = {name: (baseline[name], queries) for name, queries in found.items() if queries > baseline[name]}
    assert more == {}, "(baseline, found)"


def test_no_page_is_larger_than_its_budget(pages):
    assert len(pages) > 200
    assert {name: page.size for name, page in pages.items() if page.size > LARGER.get(name, PAGE_BYTES)} == {}


def test_no_page_loads_more_scripts_of_our_own_than_its_budget(pages):
    sizes = {name: sum(_size(path) for path in page.scripts) for name, page in pages.items()}
    assert max(sizes.values()) > 0
    assert {name: size for name, size in sizes.items() if size > SCRIPT_BYTES} == {}


def test_no_page_asks_another_host(pages):
    assert {name: page.elsewhere for name, page in pages.items() if page.elsewhere} == {}


def _size(path):
    return Path(finders.find(path)).stat().st_size
