"""Find entries: from a document number, date, partner, lot or serial number to everything that was made of it.

Each line asks the very list that it leads to, so that its count is what the list shows to this user, and a list that
the user may not open is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy

from config.base.pages import Text
from config.base.preferences import today_of
from config.base.views import PageView
from costing.find_forms import FindEntriesForm

VIEWERS = ("base.stock_view", "base.document_view", "base.gl_view")
ORDER_DATES = ("posting_date",)
"""What an order cannot be asked for: it is found by its number, on whatever date something of it was posted."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list and its filter for each criterion; without a filter for a criterion it has nothing to say.

    `ignores`: criteria that do not count here, as long as another one does; `needs`: one without which it says nothing.
    """

    label: Text
    list_name: str
    filters: Mapping[str, str]
    ignores: tuple[str, ...] = ()
    needs: str = ""

    def query(self, given: Mapping[str, str]) -> str:
        """The query string of the list for these criteria; blank where it cannot tell."""
        known = {name: text for name, text in given.items() if name not in self.ignores}
        if not known or (self.needs and self.needs not in known) or not set(known) <= set(self.filters):
            return ""
        return urlencode({self.filters[name]: text for name, text in known.items()})


def _order(partner: str) -> dict[str, str]:
    return {"document_no": "no", "external_document_no": "external_document_no", "partner": partner}


def _posted(partner: str) -> dict[str, str]:
    return {**_order(partner), "posting_date": "posting_date"}


def _of_order(label: Text, list_name: str) -> Source:
    return Source(label, list_name, {"document_no": "order_no", "posting_date": "posting_date"}, needs="document_no")


_ENTRY = {name: name for name in ("document_no", "external_document_no", "posting_date", "lot_no", "serial_no")}
_NUMBERED = {"document_no": "no"}
_DATED = {"document_no": "document_no", "posting_date": "posting_date"}

DOCUMENTS = (
    Source(gettext_lazy("Purchase orders"), "inventory:purchase_list", _order("vendor"), ORDER_DATES),
    Source(gettext_lazy("Sales orders"), "inventory:sale_list", _order("customer"), ORDER_DATES),
    Source(gettext_lazy("Purchase returns"), "inventory:purchasereturn_list", _order("vendor"), ORDER_DATES),
    Source(gettext_lazy("Sales returns"), "inventory:salereturn_list", _order("customer"), ORDER_DATES),
    Source(gettext_lazy("Transfer orders"), "inventory:transfer_list", _NUMBERED, ORDER_DATES),
    Source(gettext_lazy("Physical inventory"), "inventory:count_list", {**_NUMBERED, "posting_date": "posting_date"}),
    Source(gettext_lazy("Purchase receipts"), "inventory:purchasereceipt_list", _posted("vendor")),
    _of_order(gettext_lazy("Purchase receipts of the order"), "inventory:purchasereceipt_list"),
    Source(gettext_lazy("Purchase invoices"), "inventory:purchaseinvoice_list", _posted("vendor")),
    _of_order(gettext_lazy("Purchase invoices of the order"), "inventory:purchaseinvoice_list"),
    Source(gettext_lazy("Sales shipments"), "inventory:salesshipment_list", _posted("customer")),
    _of_order(gettext_lazy("Sales shipments of the order"), "inventory:salesshipment_list"),
    Source(gettext_lazy("Sales invoices"), "inventory:salesinvoice_list", _posted("customer")),
    _of_order(gettext_lazy("Sales invoices of the order"), "inventory:salesinvoice_list"),
    Source(gettext_lazy("Purchase return shipments"), "inventory:purchasereturnshipment_list", _posted("vendor")),
    _of_order(gettext_lazy("Return shipments of the order"), "inventory:purchasereturnshipment_list"),
    Source(gettext_lazy("Purchase credit memos"), "inventory:purchasecreditmemo_list", _posted("vendor")),
    _of_order(gettext_lazy("Purchase credit memos of the order"), "inventory:purchasecreditmemo_list"),
    Source(gettext_lazy("Sales return receipts"), "inventory:salesreturnreceipt_list", _posted("customer")),
    _of_order(gettext_lazy("Return receipts of the order"), "inventory:salesreturnreceipt_list"),
    Source(gettext_lazy("Sales credit memos"), "inventory:salescreditmemo_list", _posted("customer")),
    _of_order(gettext_lazy("Sales credit memos of the order"), "inventory:salescreditmemo_list"),
    Source(
        gettext_lazy("Direct transfers"),
        "inventory:directtransfer_list",
        {**_NUMBERED, "posting_date": "posting_date"},
    ),
    _of_order(gettext_lazy("Direct transfers of the order"), "inventory:directtransfer_list"),
)
ENTRIES = (
    Source(gettext_lazy("Item ledger entries"), "inventory:itemledgerentry_list", {**_ENTRY, "partner": "source_no"}),
    _of_order(gettext_lazy("Item ledger entries of the order"), "inventory:itemledgerentry_list"),
    Source(
        gettext_lazy("Application entries"),
        "inventory:itemapplicationentry_list",
        {name: name for name in ("document_no", "posting_date", "lot_no", "serial_no")},
    ),
    Source(gettext_lazy("Value entries"), "costing:valueentry_list", {**_ENTRY, "partner": "source_no"}),
    _of_order(gettext_lazy("Value entries of the order"), "costing:valueentry_list"),
    Source(
        gettext_lazy("Capacity ledger entries"),
        "costing:capacityentry_list",
        {**_DATED, "external_document_no": "external_document_no"},
    ),
    _of_order(gettext_lazy("Capacity ledger entries of the order"), "costing:capacityentry_list"),
    Source(gettext_lazy("Physical inventory ledger entries"), "costing:countedentry_list", _ENTRY),
    Source(gettext_lazy("Vouchers"), "ledger:voucher_list", _DATED),
    Source(
        gettext_lazy("G/L entries"), "ledger:glentry_list", {**_DATED, "external_document_no": "external_document_no"}
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A list that holds something of what was asked for."""

    label: Text
    count: int
    url: str


class FindEntriesView(PageView):
    permission_any = VIEWERS
    title = gettext_lazy("Find entries")
    template_name = "costing/find_entries.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        form = FindEntriesForm(self.request.GET, user=self.request.user, today=today_of(self.request))
        given = form.given if form.is_valid() else {}
        groups = [
            (title, list(self._found(sources, given)))
            for title, sources in (
                (gettext_lazy("Documents"), DOCUMENTS),
                (gettext_lazy("Entries"), ENTRIES),
            )
        ]
        return super().get_context_data(
            form=form, asked=bool(given), groups=[group for group in groups if group[1]], **context
        )

    def _found(self, sources: tuple[Source, ...], given: Mapping[str, str]) -> Iterator[Found]:
        for source in sources:
            if query := source.query(given):
                count = self._count(source, query)
                if count:
                    yield Found(source.label, count, f"{reverse(source.list_name)}?{query}")

    def _count(self, source: Source, query: str) -> int:
        """How many rows the list shows to this user; none where it is closed to them."""
        match = resolve(reverse(source.list_name))
        request = copy(self.request)
        request.GET = QueryDict(query)
        request.resolver_match = match
        made: Any = match.func  # as_view() says what it makes, and with what.
        view = made.view_class(**made.view_initkwargs)
        view.setup(request)
        try:
            view.check_access(request)
        except PermissionDenied:
            return 0
        return int(view.rows.order_by().count())
