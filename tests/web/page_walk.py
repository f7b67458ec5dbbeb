"""Every page that a GET opens, and the usual ways to look at a list: filtered, searched, sorted, its last page.

    walk = PageWalk(world)               # world: tests/web/one_of_each.py, in whatever company it was made
    for page in walk.pages():
        answer = walk.get(page)

A page is known by its address and the way to look at it, so that the pages of two companies can be compared.
"""

from copy import copy
from dataclasses import dataclass, replace

from django.db.models import Count
from django.http import FileResponse
from django.test import Client
from django.utils.http import urlencode

from config.base.views import CardView, ListView
from inventory.models import ItemLedgerEntry
from tests.web import permissions_table
from tests.web.addresses import addresses, arguments

# Who sees most first: a page is looked at by the first of them who may.
VIEWERS = ("auditor", "controller", "lead", "purchaser", "clerk", "accountant", "admin")
# Not pages: files, and what ends the session or asks for another.
LEFT_OUT = ("<export_format:", ".<", "/accounts/", "/admin/", "/metrics", "/health", "worker.js")
FREQUENT, NOWHERE = "chair", "qzxw"


@dataclass(frozen=True)
class Page:
    """`name`: route and way; `kind`: list, card, panel (part of a page), search, scan or page."""

    name: str
    kind: str
    path: str
    username: str


class PageWalk:
    """The pages of one company, opened as its users."""

    def __init__(self, world):
        self.world = world
        self.clients = {}

    def pages(self, *, ways=True):
        """Every page that opens, with its ways unless told otherwise."""
        table = permissions_table.read()
        for address in addresses():
            marks = table.get(address.route, {})
            if any(part in address.route for part in LEFT_OUT):
                continue
            for username in (name for name in VIEWERS if marks.get(name) in ("r", "w")):
                path = address.path(arguments(address, self.world, username))
                page = Page(address.route, _kind(address.route), path, username)
                answer = self.get(page)
                if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                    page = replace(page, kind=_kind_of_view(answer) or page.kind)
                    yield page
                    if ways:
                        yield from self._ways(page, answer, address)
                    break

    def _ways(self, page, answer, address):
        view, kind = _view(answer), page.kind
        busy_path = address.path(arguments(address, self._busy_world, page.username))
        if busy_path != page.path and self.get(Page("", "", busy_path, page.username)).status_code == 200:
            yield Page(f"{page.name} busiest", kind, busy_path, page.username)
        if isinstance(view, ListView):
            for way, query in self._ways_of_list(view, answer):
                glue = "&" if "?" in page.path else "?"
                yield Page(f"{page.name} {way}", kind, f"{page.path}{glue}{urlencode(query)}", page.username)
        elif page.name == "/search/":
            for way, text in (("frequent", FREQUENT), ("nowhere", NOWHERE), ("number", self.world.chair.no)):
                yield Page(f"{page.name} {way}", kind, f"{page.path}?{urlencode({'q': text})}", page.username)

    def _ways_of_list(self, view, answer):
        filters = view.filterset.filters
        if "q" in filters:
            yield "search frequent", {"q": FREQUENT}
            yield "search nowhere", {"q": NOWHERE}
        for name, value in self._values().items():
            if name in filters:
                yield f"filter {name}", {name: value}
        yield "last page", {"page": "-1"}
        sortable = [head["name"] for head in answer.context["heads"] if head["sortable"]]
        for name in dict.fromkeys(sortable[1:2] + sortable[-1:]):
            yield f"sort {name}", {"sort": name}

    def _values(self):
        world = self.world
        busy = self._busy_world.chair
        return {
            "item": busy.no,
            "category": busy.category.code if busy.category_id else world.category.code,
            "location": world.entry.location.code,
            "document_no": world.entry.document_no,
            "posting_date": "2026-03",
            "open": "yes",
            "status": "open",
            "progress": "open",
            "on_hand": ">5",
        }

    @property
    def _busy_world(self):
        if not hasattr(self, "_busy"):
            self._busy = copy(self.world)
            entries = ItemLedgerEntry.objects.all()
            row = entries.values("item").annotate(entries=Count("pk")).order_by("-entries", "item").first()
            of_item = entries.filter(item_id=row["item"]).order_by("pk")
            self._busy.chair = of_item.first().item
            self._busy.issue = of_item.filter(entry_type="sale").last()
            self._busy.entry = of_item.filter(entry_type="purchase").first()
        return self._busy

    def get(self, page):
        """Open a page; parts of pages as the browser asks for them."""
        headers = {"HX-Request": "true"} if page.kind == "panel" else None
        answer = self._client(page.username).get(page.path, headers=headers)
        if isinstance(answer, FileResponse):
            answer.getvalue()  # read to its end, it closes its file
        return answer

    def _client(self, username):
        if username not in self.clients:
            self.clients[username] = Client()
            self.clients[username].force_login(self.world.of[username].user)
        return self.clients[username]


def _kind(route):
    if "fragment" in route or "/panel" in route or "/parts/" in route:
        return "panel"
    return "search" if route.startswith("/search") else "scan" if route.startswith("/scan") else "page"


def _kind_of_view(answer):
    view = _view(answer)
    return "list" if isinstance(view, ListView) else "card" if isinstance(view, CardView) else ""


def _view(answer):
    return answer.context.get("view") if answer.context is not None else None
