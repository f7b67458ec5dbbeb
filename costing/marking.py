"""Marks: a wish that (part of) an issue be settled against one receipt, whatever the method of the item.

A mark made before the issue is priced gives it the cost of the receipt; made later, it waits for the inventory close.
Source: the pages of the methods on marking.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from config.base import bulk, locks, statements
from config.base.amounts import from_e5, to_e5
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import PostingContext, posting
from costing.average_periods import AveragePeriods
from costing.engine.shares import share_amount_e5
from costing.models import Mark, Settlement
from inventory import stock as stock_reader
from inventory.models import ItemLedgerEntry


class MarkRefused(DomainError):
    code = ErrorCode.APPLICATION_MISMATCH


class MarkedTooMuch(DomainError):
    code = ErrorCode.QUANTITY_EXCEEDS_SOURCE


@dataclass(frozen=True, slots=True)
class OpenReceipt:
    """What of a receipt is not settled yet; 1e-5, positive."""

    quantity_e5: int
    cost_e5: int

    def part_e5(self, quantity_e5: int, precision_e5: int) -> int:
        return share_amount_e5(self.cost_e5, quantity_e5, self.quantity_e5, precision_e5)


@dataclass(frozen=True, slots=True)
class NewMark:
    """An issue that is being posted (its planned key), the receipt that it names, a positive quantity in 1e-5."""

    issue_key: int
    receipt_id: int
    quantity_e5: int
    item_no: str


_OPEN_RECEIPTS = """
SELECT e.id, (e.remaining_quantity * 100000)::bigint,
       ((SELECT coalesce(sum(v.cost_amount_actual + v.cost_amount_expected), 0) FROM costing_valueentry v
         WHERE v.item_ledger_entry_id = e.id)
        - (SELECT coalesce(sum(s.amount), 0) FROM costing_settlement s
           WHERE s.receipt_id = e.id AND s.cancelled_by_id IS NULL)) * 100000
FROM inventory_itemledgerentry e WHERE e.id = ANY(%s::bigint[]) AND e.remaining_quantity > 0
"""

_MARKED = """
SELECT m.issue_id, m.receipt_id, (m.quantity * 100000)::bigint
FROM costing_mark m WHERE m.issue_id = ANY(%s::bigint[]) ORDER BY m.id
"""


def open_receipts(entry_ids: Collection[int]) -> dict[int, OpenReceipt]:
    """Return what is not settled of receipts, by entry; those settled in full are left out."""
    if not entry_ids:
        return {}
    found = statements.rows(_OPEN_RECEIPTS, [sorted(entry_ids)])
    return {pk: OpenReceipt(quantity_e5, int(cost_e5)) for pk, quantity_e5, cost_e5 in found}


def marks_of(issue_ids: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """Return the receipts that issues are marked to, each with its quantity, by issue."""
    found: dict[int, list[tuple[int, int]]] = {}
    if issue_ids:
        for issue_id, receipt_id, quantity_e5 in statements.rows(_MARKED, [sorted(issue_ids)]):
            found.setdefault(issue_id, []).append((receipt_id, quantity_e5))
    return found


def mark(*, issue_id: int, receipt_id: int, quantity: Decimal, user_id: int | None) -> Mark:
    """Mark a quantity of an issue to a receipt of the same pool; a second mark of the pair adds to the first.

    Raises: MarkRefused, MarkedTooMuch.
    """
    with posting() as context:
        entries = {each.pk: each for each in ItemLedgerEntry.objects.filter(pk__in=[issue_id, receipt_id])}
        if len(entries) < 2:
            raise MarkRefused(_("Choose an issue and a receipt to mark."), code=ErrorCode.NOT_FOUND)
        issue, receipt = entries[issue_id], entries[receipt_id]
        locks.lock_items({issue.item_id, receipt.item_id})
        _check_pair(issue, receipt)
        _check_quantity(issue, receipt, quantity)
        made, _created = Mark.objects.get_or_create(
            issue=issue,
            receipt=receipt,
            defaults={"quantity": quantity, "user_id": user_id, "created_at": context.created_at},
        )
        if not _created:
            made.quantity += quantity
            made.save(update_fields=["quantity"])
        return made


def unmark(*, mark_id: int) -> None:
    """Take a mark back; what a close settled by it stays settled."""
    with posting():
        Mark.objects.filter(pk=mark_id).delete()


def check_new(marks: Iterable[NewMark]) -> None:
    """Refuse marks of issues that are being posted, beyond what their receipts have left. Raises: MarkedTooMuch."""
    wanted: dict[int, int] = {}
    for each in marks:
        wanted[each.receipt_id] = wanted.get(each.receipt_id, 0) + each.quantity_e5
    for receipt in ItemLedgerEntry.objects.filter(pk__in=wanted):
        if wanted[receipt.pk] > to_e5(_markable(receipt, "receipt")):
            raise MarkedTooMuch(_too_much(receipt, from_e5(wanted[receipt.pk])))


def write(marks: Iterable[NewMark], entry_ids: dict[int, int], *, context: PostingContext, user_id: int | None) -> None:
    """Write the marks of issues that were posted; `entry_ids`: the numbers of the planned keys."""
    rows = [
        {
            "issue_id": entry_ids[each.issue_key],
            "receipt_id": each.receipt_id,
            "quantity": from_e5(each.quantity_e5),
            "user_id": user_id,
            "created_at": context.created_at,
        }
        for each in marks
    ]
    bulk.insert(Mark, rows)


def _check_pair(issue: ItemLedgerEntry, receipt: ItemLedgerEntry) -> None:
    facts = stock_reader.item_facts([issue.item_id])[issue.item_id]
    if not facts.is_settled_at_close:
        raise MarkRefused(
            _("Item %(item)s is not settled at the inventory close. Apply its entries instead.") % {"item": facts.no}
        )
    periods = AveragePeriods.load()
    by_place = periods.is_by_place(max(issue.posting_date, receipt.posting_date))
    same_place = (issue.location_id, issue.variant_id) == (receipt.location_id, receipt.variant_id)
    one_pool = issue.item_id == receipt.item_id and (same_place or not by_place)
    if issue.quantity > 0 or receipt.quantity < 0 or not one_pool:
        raise MarkRefused(
            _("Entry %(issue)s cannot be marked to entry %(receipt)s: choose an issue and a receipt of one pool.")
            % {"issue": issue.pk, "receipt": receipt.pk}
        )


def _check_quantity(issue: ItemLedgerEntry, receipt: ItemLedgerEntry, quantity: Decimal) -> None:
    if quantity <= 0:
        raise MarkRefused(_("The quantity to mark must be more than zero."), code=ErrorCode.INVALID_INPUT)
    for entry, side in ((issue, "issue"), (receipt, "receipt")):
        if quantity > _markable(entry, side):
            raise MarkedTooMuch(_too_much(entry, quantity))


def _markable(entry: ItemLedgerEntry, side: str) -> Decimal:
    """What of an entry is open and not marked yet."""
    marked = Mark.objects.filter(**{side: entry}).aggregate(total=Sum("quantity"))["total"] or Decimal(0)
    settled = Settlement.objects.filter(**{side: entry}, marked=True, cancelled_by__isnull=True)
    used = settled.aggregate(total=Sum("quantity"))["total"] or Decimal(0)
    return abs(entry.remaining_quantity) - (marked - used)


def _too_much(entry: ItemLedgerEntry, quantity: Decimal) -> str:
    return _("%(quantity)s cannot be marked: entry %(entry)s has less that is open and not marked yet.") % {
        "quantity": f"{quantity.normalize():f}",
        "entry": entry.pk,
    }
