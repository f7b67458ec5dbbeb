"""Work that an order uses: a capacity ledger entry for each line, with its direct and its indirect cost.

Source: design-details-production-order-posting; design-details-assembly-order-posting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base import bulk
from config.base.amounts import E5, from_e5, round_amount_e5, round_div, to_e5
from config.base.errors import ErrorCode, Problem
from costing.engine.orders import Source, Use, capacity_cost
from costing.enums import ValueEntryType
from costing.value_posting import ValueDraft
from inventory.enums import ItemLedgerEntryType
from inventory.models import CapacityLedgerEntry, WorkCentre
from inventory.movements import Origin
from inventory.stock import ItemFacts

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Work:
    """One line of work on an order.

    Either time or units of a work centre, costed by its card: setup and run time, or (costed by units) what it made and
    scrapped; or an `amount` of direct cost, with its overhead, as an invoice says it. A negative amount takes back.
    """

    work_centre_id: int | None = None
    setup_time: Decimal = ZERO
    run_time: Decimal = ZERO
    output_quantity: Decimal = ZERO
    scrap_quantity: Decimal = ZERO
    amount: Decimal | None = None
    overhead_amount: Decimal = ZERO
    subcontracted: bool = False


@dataclass(slots=True)
class CapacityUse:
    """A capacity ledger entry to be written, with its values; `entry_id` once it is written."""

    work: Work
    origin: Origin
    product: ItemFacts
    quantity_e5: int
    direct_e5: int
    overhead_e5: int
    subcontracted: bool
    drafts: list[ValueDraft] = field(default_factory=list)
    entry_id: int = 0

    def source(self, key: int) -> Source:
        """What it puts into its order."""
        use = Use.SUBCONTRACTED if self.subcontracted else Use.CAPACITY
        return Source((True, key), use, self.quantity_e5, self.direct_e5, self.overhead_e5)


def plan(
    works: Sequence[Work],
    *,
    origins: Sequence[Origin],
    product: ItemFacts,
    location_id: int | None,
    cost_includes_setup: bool,
    precision_e5: int,
) -> list[CapacityUse]:
    """Cost lines of work, without writing. `origins`: one for each line."""
    centres = WorkCentre.objects.in_bulk({work.work_centre_id for work in works if work.work_centre_id})
    uses = []
    for work, origin in zip(works, origins, strict=True):
        centre = centres[work.work_centre_id] if work.work_centre_id else None
        quantity_e5 = _quantity_e5(work, centre, cost_includes_setup=cost_includes_setup)
        direct_e5, overhead_e5 = _cost(work, centre, quantity_e5, precision_e5)
        use = CapacityUse(
            work=work,
            origin=origin,
            product=product,
            quantity_e5=quantity_e5,
            direct_e5=direct_e5,
            overhead_e5=overhead_e5,
            subcontracted=work.subcontracted or bool(centre and centre.subcontractor_id),
        )
        use.drafts = list(_drafts(use, location_id))
        uses.append(use)
    return uses


def _quantity_e5(work: Work, centre: WorkCentre | None, *, cost_includes_setup: bool) -> int:
    """Time, or units; an amount without either counts as one."""
    if centre is not None and centre.costed_by_units:
        quantity = work.output_quantity + work.scrap_quantity
    else:
        quantity = work.run_time + (work.setup_time if cost_includes_setup else ZERO)
    taken_back = work.amount is not None and work.amount < 0
    return to_e5(quantity) or (-E5 if taken_back else E5)


def _cost(work: Work, centre: WorkCentre | None, quantity_e5: int, precision_e5: int) -> tuple[int, int]:
    if work.amount is not None:
        amounts = (to_e5(work.amount), to_e5(work.overhead_amount))
        return round_amount_e5(amounts[0], precision_e5), round_amount_e5(amounts[1], precision_e5)
    assert centre is not None
    percent_e5, rate_e5 = to_e5(centre.indirect_cost_percent), to_e5(centre.overhead_rate)
    return capacity_cost(
        quantity_e5=quantity_e5,
        unit_cost_e5=round_div(to_e5(centre.direct_unit_cost) * (100 * E5 + percent_e5), 100 * E5) + rate_e5,
        indirect_cost_percent_e5=percent_e5,
        overhead_rate_e5=rate_e5,
        precision_e5=precision_e5,
    )


def _drafts(use: CapacityUse, location_id: int | None) -> Iterator[ValueDraft]:
    """The direct value, and the indirect one where there is any."""
    for entry_type, amount_e5 in (
        (ValueEntryType.DIRECT_COST, use.direct_e5),
        (ValueEntryType.INDIRECT_COST, use.overhead_e5),
    ):
        is_direct = entry_type == ValueEntryType.DIRECT_COST
        if is_direct or amount_e5:
            yield ValueDraft(
                entry_key=0,
                item=use.product,
                place=(use.product.id, None, location_id),
                origin=use.origin,
                item_ledger_entry_type=ItemLedgerEntryType.CAPACITY,
                valuation_date=use.origin.posting_date,
                valued_quantity_e5=use.quantity_e5,
                entry_type=entry_type,
                invoiced_quantity_e5=use.quantity_e5 if is_direct else 0,
                actual_e5=amount_e5,
            )


def write(uses: Sequence[CapacityUse], *, document_nos: dict[str, str], register_id: int, created_at: datetime) -> None:
    """Insert the capacity ledger entries; their value drafts learn the numbers."""
    rows = [_row(use, document_nos) | {"register_id": register_id, "created_at": created_at} for use in uses]
    for use, pk in zip(uses, bulk.insert(CapacityLedgerEntry, rows), strict=True):
        use.entry_id = pk
        for draft in use.drafts:
            draft.capacity_entry_id = pk


def _row(use: CapacityUse, document_nos: dict[str, str]) -> dict[str, Any]:
    origin, work = use.origin, use.work
    return {
        "posting_date": origin.posting_date,
        "document_type": str(origin.document_type),
        "document_no": document_nos[origin.document_key],
        "document_line_no": origin.line_no,
        "external_document_no": origin.external_document_no,
        "order_type": str(origin.order_type),
        "order_no": origin.order_no,
        "order_line_no": origin.order_line_no,
        "description": origin.description,
        "dimension_set_id": origin.dimension_set_id,
        "reason_code_id": origin.reason_code_id,
        "item_id": use.product.id,
        "work_centre_id": work.work_centre_id,
        "quantity": from_e5(use.quantity_e5),
        "invoiced_quantity": from_e5(use.quantity_e5),
        "output_quantity": work.output_quantity,
        "scrap_quantity": work.scrap_quantity,
        "setup_time": work.setup_time,
        "run_time": work.run_time,
        "subcontracted": use.subcontracted,
    }


def problems(works: Sequence[Work], *, order_no: str) -> Iterator[Problem]:
    """Lines of work that cannot be costed."""
    for line_no, work in enumerate(works, 1):
        if work.amount is None and work.work_centre_id is None:
            message = _("Line %(line)s of %(no)s has neither a work centre nor an amount. Enter one of them.")
        elif work.amount is None and not any(_quantities(work)):
            message = _("Line %(line)s of %(no)s has no time and no quantity. Enter what the work centre used.")
        elif min(_quantities(work)) < 0:
            message = _("Line %(line)s of %(no)s has a negative time or quantity.")
        else:
            continue
        yield Problem(
            message % {"line": line_no, "no": order_no}, ErrorCode.INVALID_INPUT, document_no=order_no, line_no=line_no
        )


def _quantities(work: Work) -> tuple[Decimal, ...]:
    return (work.setup_time, work.run_time, work.output_quantity, work.scrap_quantity)
