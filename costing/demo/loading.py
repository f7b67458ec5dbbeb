"""Loads the demo company, day by day, as its people would have worked.

Each document is one transaction, known by its number: a load that was broken off goes on where it stood.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError, ErrorCode
from config.base.models import ChangeLog, Company
from config.base.sheets import Cell
from costing import adjustment, post_to_gl
from costing.company import complete_posting_setup
from costing.demo import masters, orders
from costing.demo.plan import COUNT_DATE, TRANSFER_DATE, Plan, PurchaseOrder, make_plan
from costing.demo.source import SaleLine, Source, read_source
from costing.demo.users import POSTING_USER, create_users
from costing.imports import ImportOptions, ImportResult, SourceTable, import_rows
from inventory.models import Item

ORIGIN = "load_demo"

Report = Callable[[int, int], None]
Row = dict[str, Cell]


class NotEmpty(DomainError):
    """There are items already, and not those of a demo that was broken off."""

    code = ErrorCode.INVALID_INPUT


@dataclass(slots=True)
class DemoResult:
    """What was loaded. `lines`: document lines posted; `seconds`: without set-up, adjustment and ledger posting."""

    items: int = 0
    documents: int = 0
    lines: int = 0
    seconds: float = 0.0
    adjusted_items: int = 0
    adjustment_entries: int = 0
    adjustment_amount: Decimal = Decimal(0)
    gl_posted: int = 0
    gl_skipped: int = 0
    left_out: list[str] = field(default_factory=list)

    @property
    def lines_per_second(self) -> float:
        return self.lines / self.seconds if self.seconds else 0.0


def is_empty() -> bool:
    """Whether there is nothing in the way of a demo company."""
    return not Item.objects.exists()


def is_loaded() -> bool:
    """Whether the demo company was loaded to its end."""
    return ChangeLog.objects.filter(origin=ORIGIN, changes__has_key="demo_loaded").exists()


def is_begun() -> bool:
    """Whether a load of the demo company was begun."""
    return ChangeLog.objects.filter(origin=ORIGIN).exists()


def load(*, today: date, report: Report | None = None, limit: int | None = None) -> DemoResult:
    """Load the demo company, or the first `limit` sales lines of it; go on where an earlier load was broken off.

    Raises: NotEmpty where other books are in the way; DomainError where a document is refused.
    """
    if is_loaded() or not (is_empty() or is_begun()):
        raise NotEmpty(_("There are items already. The demo company is loaded into empty books only."))
    source = read_source(limit)
    plan = make_plan(source)
    loader = Loader(source, plan, report)
    loader.create_masters()
    started = time.monotonic()
    loader.work_through_days()
    loader.result.seconds = time.monotonic() - started
    loader.close_the_books(today)
    _log("demo_loaded")
    return loader.result


def _log(step: str) -> None:
    """Note in the change log of the company how far the demo has come."""
    company = changelog.snapshot(Company.current())
    ChangeLog.objects.create(
        model_label=company.model_label,
        record_no=company.record_no,
        action="change",
        changes={step: [None, True]},
        origin=ORIGIN,
    )


class Loader:
    """One load: the sample, the plan, and who posts."""

    def __init__(self, source: Source, plan: Plan, report: Report | None) -> None:
        self.source, self.plan, self.report = source, plan, report
        self.result = DemoResult(items=len(source.items), left_out=list(source.left_out))
        self.user_id: int | None = None
        self.done = 0
        invoices = {line.invoice_no for line in source.lines}
        self.total = len(invoices) + 2 * len(plan.orders) + 3

    def create_masters(self) -> None:
        """Make setup, users, and master data; the latter through import_data."""
        if not is_begun():
            _log("demo_begun")
        masters.create_setup()
        self.user_id = create_users()[POSTING_USER].pk
        self._import("locations", masters.location_rows())
        complete_posting_setup()
        self._import("vendors", masters.vendor_rows())
        self._import("customers", masters.customer_rows(self.source.lines))
        self._import("items", masters.item_rows(self.source))

    def work_through_days(self) -> None:
        """Post each day's receipts, invoices, sales, and what else happened, in the order of the calendar."""
        sales: dict[date, list[SaleLine]] = defaultdict(list)
        received: dict[date, list[PurchaseOrder]] = defaultdict(list)
        invoiced: dict[date, list[PurchaseOrder]] = defaultdict(list)
        for line in self.source.lines:
            sales[line.day].append(line)
        for order in self.plan.orders:
            received[order.received_on].append(order)
            invoiced[order.invoiced_on].append(order)
        self._import_documents("balances", orders.opening_rows(self.plan), documents=1)
        special = {TRANSFER_DATE, COUNT_DATE}
        for day in sorted({*sales, *received, *invoiced, *special}):
            self._import_documents("purchases", orders.purchase_rows(received[day]), documents=len(received[day]))
            for order in invoiced[day]:
                self.result.lines += orders.invoice_purchase(order, user_id=self.user_id)
                self._advance(1)
            self._import_documents(
                "sales", orders.sale_rows(sales[day]), documents=len({line.invoice_no for line in sales[day]})
            )
            if day == TRANSFER_DATE:
                self.result.lines += orders.transfer(self.plan.transfer, user_id=self.user_id)
                self._advance(1)
            if day == COUNT_DATE:
                self._import_documents("counts", orders.count_rows(self.plan), documents=1)

    def close_the_books(self, today: date) -> None:
        """Adjust cost, and post to the general ledger what waits."""
        adjusted = adjustment.adjust_cost(user_id=self.user_id, today=today)
        posted = post_to_gl.post_inventory_cost(through=None, user_id=self.user_id, today=today)
        self.result.adjusted_items = adjusted.items
        self.result.adjustment_entries = adjusted.entries
        self.result.adjustment_amount = adjusted.amount
        self.result.gl_posted, self.result.gl_skipped = posted.posted, posted.skipped
        if adjusted.failed:
            raise DomainError(_("%(count)s items could not be adjusted.") % {"count": adjusted.failed})

    def _import(self, kind: str, rows: Sequence[Row]) -> ImportResult:
        options = ImportOptions(user_id=self.user_id, skip_existing=True)
        result = import_rows(kind, SourceTable.of(rows), options)
        if result.problems:
            first = result.problems[0]
            raise DomainError(
                _("%(number)s of %(kind)s were refused. The first one: %(message)s")
                % {"number": len(result.refused), "kind": kind, "message": first.message},
                code=first.code,
            )
        return result

    def _import_documents(self, kind: str, rows: Sequence[Row], *, documents: int) -> None:
        if not rows:
            return
        result = self._import(kind, rows)
        if len(result.skipped) < documents:
            self.result.lines += len(rows)
        self.result.documents += len(result.done)
        self._advance(documents)

    def _advance(self, documents: int) -> None:
        self.done += documents
        if self.report:
            self.report(min(self.done, self.total), self.total)
