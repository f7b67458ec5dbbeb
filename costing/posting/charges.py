"""Item charges: a cost invoiced apart from the goods is added to the entries that it was assigned to.

Freight of 10.00 assigned to a receipt of 20 units makes a direct cost value of 10.00 on that receipt, valued from the
receipt's own date; cost adjustment carries it on to what was sold. On a shipment it never reaches stock. A credit memo
takes a charge, or a part of the price, off the receipt again. A charge on a sale is income: it has no cost.
Source: design-details-inventory-posting; domain rules of item charges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from config.base.amounts import from_e5, round_div, to_e5
from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from costing import accounts as account_lookup
from costing.accounts import FrozenAccounts
from costing.cost_book import CostBook
from costing.posting.document_plan import INVOICED, DocumentPlan, origin_of
from costing.value_posting import ValueDraft, note_running, overhead_and_variance, price_difference
from inventory.charges import ChargeableLine, split_charge
from inventory.enums import ChargeSplit, ItemLedgerEntryType
from inventory.models import ChargeAssignment, DocumentLine
from inventory.stock import ItemFacts


class ChargeNotAssigned(DomainError):
    code = ErrorCode.INVALID_INPUT


@dataclass(frozen=True, slots=True)
class ChargedEntry:
    """An entry behind a posted line that a charge is assigned to."""

    posted_line_id: int
    id: int
    item_id: int
    variant_id: int | None
    location_id: int | None
    quantity_e5: int
    valuation_date: date
    valued_by_average: bool
    account_set_id: int | None
    gen_bus_posting_group_id: int | None


# A charge is a purchase, also one on goods that came by transfer: it is applied direct cost, whatever the entry's type.
CHARGED_AS = ItemLedgerEntryType.PURCHASE

# A transfer has both its entries behind one posted line; what is charged is what came in.
_CHARGED = """
SELECT pl.id, e.id, e.item_id, e.variant_id, e.location_id, (e.quantity * 100000)::bigint,
       v.valuation_date, v.valued_by_average, v.account_set_id, v.gen_bus_posting_group_id
FROM inventory_posteddocumentline pl
JOIN inventory_posteddocument d ON d.id = pl.posted_document_id
JOIN inventory_itemledgerentry e
  ON e.document_no = d.no AND e.document_type = d.type AND e.document_line_no = pl.line_no
CROSS JOIN LATERAL (
    SELECT max(x.valuation_date) FILTER (WHERE x.entry_type = 'direct_cost') AS valuation_date,
           bool_or(x.valued_by_average_cost) AS valued_by_average,
           (array_agg(x.account_set_id ORDER BY x.id))[1] AS account_set_id,
           (array_agg(x.gen_bus_posting_group_id ORDER BY x.id))[1] AS gen_bus_posting_group_id
    FROM costing_valueentry x WHERE x.item_ledger_entry_id = e.id) v
WHERE pl.id = ANY(%s) AND (d.type NOT IN ('direct_transfer', 'transfer_receipt') OR e.quantity > 0)
ORDER BY e.id
"""


def charge_amount_e5(line: DocumentLine, precision_e5: int) -> int:
    """What a charge line comes to, net of discount."""
    gross_e5 = (
        round_div(to_e5(line.quantity_to_invoice) * to_e5(line.unit_amount), 100_000 * precision_e5) * precision_e5
    )
    return gross_e5 - to_e5(line.line_discount_amount)


def item_ids(lines: Sequence[DocumentLine]) -> set[int]:
    """Return the items that the charge lines are assigned to: they must be locked too."""
    if not lines:
        return set()
    assigned = ChargeAssignment.objects.filter(document_line__in=lines)
    return set(assigned.values_list("posted_line__item_id", flat=True))


def draft_charges(plan: DocumentPlan, facts: dict[int, ItemFacts], book: CostBook) -> list[ValueDraft]:
    """Draft the value entries of the charge lines of an invoice.

    Raises: DomainError naming each line that is not assigned in full.
    """
    if not plan.charge_lines:
        return []
    precision_e5 = book.precision_e5
    book.running.load(facts.values())
    assignments: dict[int, list[ChargeAssignment]] = {line.pk: [] for line in plan.charge_lines}
    for assignment in ChargeAssignment.objects.filter(document_line__in=plan.charge_lines).order_by("pk"):
        assignments[assignment.document_line_id].append(assignment)
    raise_problems(_unassigned(plan, assignments, precision_e5))
    entries = _charged_entries({each.posted_line_id for found in assignments.values() for each in found})
    sets = account_lookup.accounts_of_sets(
        {entry.account_set_id for found in entries.values() for entry in found if entry.account_set_id}
    )
    raise_problems(_without_entries(plan, assignments, entries))
    drafts: list[ValueDraft] = []
    for line in plan.charge_lines:
        for assignment in assignments[line.pk]:
            for entry, amount_e5 in _split(entries[assignment.posted_line_id], assignment, precision_e5):
                accounts = sets.get(entry.account_set_id or 0)
                charged = _draft(plan, line, entry, facts[entry.item_id], amount_e5, accounts)
                drafts += _at_running_average(charged, book)
    return drafts


def _at_running_average(drafts: list[ValueDraft], book: CostBook) -> list[ValueDraft]:
    """Of a moving average item stock takes what belongs to the goods that are still there."""
    draft = drafts[0]
    if draft.item.is_moving_average and draft.inventoriable and draft.actual_e5:
        kept_e5 = book.running.kept_e5(draft.item, draft.place, draft.valued_quantity_e5, draft.actual_e5)
        drafts = [*drafts, *price_difference(draft, kept_e5 - draft.actual_e5)]
    note_running([each for each in drafts if each.inventoriable], book)
    return drafts


def _without_entries(
    plan: DocumentPlan, assignments: dict[int, list[ChargeAssignment]], entries: dict[int, list[ChargedEntry]]
) -> list[Problem]:
    message = _(
        "The charge on line %(line)s of %(no)s is assigned to a posted line that moved no goods. "
        "Assign it to a receipt or a shipment."
    )
    return [
        Problem(
            message % {"line": line.line_no, "no": plan.document.no},
            ErrorCode.INVALID_INPUT,
            document_no=plan.document.no,
            line_no=line.line_no,
        )
        for line in plan.charge_lines
        if not all(entries[assignment.posted_line_id] for assignment in assignments[line.pk])
    ]


def _unassigned(plan: DocumentPlan, assignments: dict[int, list[ChargeAssignment]], precision_e5: int) -> list[Problem]:
    problems = []
    for line in plan.charge_lines:
        amount_e5 = charge_amount_e5(line, precision_e5)
        assigned_e5 = sum(to_e5(assignment.amount) for assignment in assignments[line.pk])
        if assigned_e5 != amount_e5:
            message = _(
                "%(assigned)s of %(amount)s is assigned of the charge on line %(line)s of %(no)s. Assign all of it to "
                "receipts or shipments."
            ) % {
                "assigned": from_e5(assigned_e5).normalize(),
                "amount": from_e5(amount_e5).normalize(),
                "line": line.line_no,
                "no": plan.document.no,
            }
            problems.append(
                Problem(message, ErrorCode.INVALID_INPUT, document_no=plan.document.no, line_no=line.line_no)
            )
    return problems


def _charged_entries(posted_line_ids: set[int]) -> dict[int, list[ChargedEntry]]:
    found: dict[int, list[ChargedEntry]] = {pk: [] for pk in posted_line_ids}
    with connection.cursor() as cursor:
        cursor.execute(_CHARGED, [sorted(posted_line_ids)])
        for row in cursor.fetchall():
            entry = ChargedEntry(*row)
            found[entry.posted_line_id].append(entry)
    return found


def _split(
    entries: Sequence[ChargedEntry], assignment: ChargeAssignment, precision_e5: int
) -> list[tuple[ChargedEntry, int]]:
    """Split an assigned amount over the entries of its line by quantity."""
    chargeable = [ChargeableLine(quantity=from_e5(abs(entry.quantity_e5))) for entry in entries]
    parts = split_charge(assignment.amount, chargeable, split=ChargeSplit.QUANTITY, precision=from_e5(precision_e5))
    return [(entry, to_e5(part)) for entry, part in zip(entries, parts, strict=True)]


def _draft(
    plan: DocumentPlan,
    line: DocumentLine,
    entry: ChargedEntry,
    item: ItemFacts,
    amount_e5: int,
    accounts: FrozenAccounts | None,
) -> list[ValueDraft]:
    side = plan.side
    inventoriable = side.is_purchase and item.is_inventory and entry.quantity_e5 > 0
    draft = ValueDraft(
        entry_key=entry.id,
        item=item,
        place=(entry.item_id, entry.variant_id, entry.location_id),
        origin=origin_of(plan, line, INVOICED),
        item_ledger_entry_type=CHARGED_AS if side.is_purchase else side.entry_type,
        valuation_date=entry.valuation_date,
        valued_quantity_e5=entry.quantity_e5,
        inventoriable=inventoriable,
        valued_by_average=entry.valued_by_average,
        item_charge_id=line.item_charge_id,
        gen_bus_posting_group_id=entry.gen_bus_posting_group_id,
        accounts=accounts if inventoriable else None,
    )
    if not side.is_purchase:
        draft.sales_actual_e5 = -side.sign * amount_e5
        return [draft]
    cost_e5 = draft.purchase_actual_e5 = side.sign * amount_e5
    if not inventoriable or item.inventory_value_zero:
        draft.non_inventory_e5 = 0 if item.inventory_value_zero else cost_e5
        return [draft]
    draft.actual_e5 = cost_e5
    return [draft, *overhead_and_variance(draft, overhead_e5=0, variance_e5=-cost_e5 if item.is_standard else 0)]
