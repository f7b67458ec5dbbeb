"""Every page there is, opened by somebody who may.

    walked = walk(world, sign_in, "trade")
    assert walked.found == []

The addresses are those of the permission table (tests/web/permissions.txt), and what they name is in
tests/web/one_of_each.py: no page can be added without being walked. An address is a page if it answers a GET with a
whole HTML document. Downloads (`.<export_format>`), fragments that a page loads into itself and addresses that take
nothing but a POST are none.
"""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.urls import resolve
from django.views import View
from playwright.sync_api import Error, expect

from config.base.views.bulk import BulkActionView
from config.base.views.grid import LineGridView
from costing.views.close_runs import CloseProgressView
from costing.views.lineage import ValueLineageView
from tests.browser import axe
from tests.web import permissions_table
from tests.web.addresses import addresses, arguments
from tests.web.permissions_table import ANONYMOUS

LEFT_OUT = {
    "admin:index": "Django's own pages, which Django keeps accessible",
    "healthz": "no page: it answers machines",
    "readyz": "no page: it answers machines, here with 503 as no worker runs",
    "metrics": "no page: it answers machines",
}
FILE = ".<export_format"

# Who opens a page that several may, in this order: who may change sees the most of it.
WALKERS = ("purchaser", "lead", "controller", "admin", "accountant", "auditor", "clerk")

PAGE = "page"
NO_PAGE = FRAGMENT, NO_GET, ELSEWHERE, DOWNLOAD = "fragment", "takes no GET", "leads elsewhere", "file"
TRADE = ("purchase", "sale", "charge", "vendor", "customer", "transfer", "directtransfer")
# Lines lead to their document, pages about chosen rows to the list, a value entry's lineage to that of its item entry,
# the progress of a close that is done to the close.
# test_accessible_states.py chooses rows, and opens closes that are not done.
LEADING_ON = (LineGridView, BulkActionView, CloseProgressView, ValueLineageView)
PATIENCE = 60_000  # ms
BOTH = "both"  # somebody with the rights of two groups; see conftest.py


@dataclass
class Walked:
    """What a walk found, and what each address answered: `kinds` by route."""

    found: list[tuple] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)

    def pages(self):
        return [route for route, kind in self.kinds.items() if kind == PAGE]


def area_of(address):
    """Which of the walks opens an address: each is opened by exactly one."""
    namespace, _, name = address.name.rpartition(":")
    if namespace in ("costing", "ledger", "reconciliation"):
        return "finance"
    if name.startswith(TRADE):
        return "trade"
    return "items" if name.startswith("item") else "goods"


def walker_of(marks):
    """Who opens a page: one who may write, else one who may read."""
    for mark in "wr":
        for username in WALKERS:
            if marks[username] == mark:
                return ANONYMOUS if marks[ANONYMOUS] == mark else username
    return BOTH


def walk(world, sign_in, area):
    """Open every address of an area, each as one who may, and ask about each page."""
    walked, table, pages = Walked(), permissions_table.read(), {}
    for address in addresses():
        if area_of(address) == area and FILE not in address.route and address.name not in LEFT_OUT:
            if address.route not in table:
                walked.found.append((address.route, "is not in the permission table"))
                continue
            username = walker_of(table[address.route])
            if username not in pages:
                pages[username] = sign_in(username, reduced_motion="reduce")
                listen(pages[username])
            owner = username if username in world.of else "lead"
            visit(pages[username], address, address.path(arguments(address, world, owner)), walked)
    return walked


def listen(page):
    """Keep what the console complains of: (address, words). Pages may take their time: this is about their looks."""
    page.complaints = []
    page.set_default_timeout(PATIENCE)
    page.on("console", lambda said: said.type == "error" and page.complaints.append((said.location["url"], said.text)))


def visit(page, address, path, walked):
    """Open one address and note what was found."""
    page.complaints.clear()
    kind = walked.kinds[address.route] = open_page(page, path)
    if kind == PAGE:
        walked.found += [(path, *found) for found in everything_against(page)]
    elif kind not in NO_PAGE or (kind == ELSEWHERE and not issubclass(view_of(path), LEADING_ON)):
        walked.found.append((path, kind))


def everything_against(page, *, frame=False):
    """What is wrong with the page as it stands."""
    found = [*axe.violations(page, frame=frame), *axe.misfits(page)]
    # A browser asks for an icon of what is no page, as the file before this page was; pages name theirs.
    return found + [("console", *said) for said in page.complaints if not said[0].endswith("/favicon.ico")]


def open_page(page, path):
    """Open a path; returns what kind of answer it is, or what is wrong with it."""
    if not takes_get(path):
        return NO_GET
    try:
        answer = page.goto(path)
    except Error as error:
        if "Download is starting" in str(error):
            return DOWNLOAD
        raise
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return DOWNLOAD
    if answer.status != 200:
        return f"answers {answer.status}"
    if urlsplit(page.url).path != urlsplit(path).path:
        return ELSEWHERE
    if not answer.text().lstrip().lower().startswith("<!doctype html"):
        return FRAGMENT
    settle(page)
    return PAGE


def takes_get(path):
    """Whether the view of a path answers a GET at all."""
    view = view_of(path)
    return not issubclass(view, View) or (hasattr(view, "get") and "get" in view.http_method_names)


def view_of(path):
    """The class that answers a path; `object` where a function does."""
    return getattr(resolve(urlsplit(path).path).func, "view_class", object)


def settle(page):
    """Wait until the fragments that a page loads by itself are there."""
    expect(page.locator(".htmx-request")).to_have_count(0, timeout=PATIENCE)
