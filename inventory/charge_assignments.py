"""Which receipts or shipments an item charge belongs to, and how much of it to each, before it is invoiced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils.translation import gettext as _

from config.base.amounts import from_e5, round_amount
from config.base.errors import DomainError, ErrorCode
from config.base.models import Company
from inventory import checks
from inventory.charges import ChargeableLine, split_charge
from inventory.enums import ChargeSplit, DocumentType, LineType
from inventory.locks import lock_document
from inventory.models import ChargeAssignment, DocumentLine, PostedDocument, PostedDocumentLine

MOVED = (
    DocumentType.PURCHASE_RECEIPT,
    DocumentType.PURCHASE_RETURN_SHIPMENT,
    DocumentType.SALES_SHIPMENT,
    DocumentType.SALES_RETURN_RECEIPT,
    DocumentType.TRANSFER_RECEIPT,
    DocumentType.DIRECT_TRANSFER,
)
"""Posted documents that a charge may be assigned to."""


def charge_amount(line: DocumentLine) -> Decimal:
    """What is to be assigned of a charge line: what the next invoice charges; once invoiced, what it charged."""
    quantity = line.quantity_to_invoice or line.quantity_invoiced
    gross = round_amount(quantity * line.unit_amount, Company.current().amount_rounding_precision)
    return Decimal(gross - line.line_discount_amount)


def assigned_amount(line: DocumentLine) -> Decimal:
    found = ChargeAssignment.objects.filter(document_line=line).aggregate(total=Sum("amount"))
    return found["total"] or from_e5(0)


def assign_document(line: DocumentLine, posted: PostedDocument, *, split: str) -> int:
    """Add all item lines of a posted receipt or shipment and split the charge anew; returns how many were added.

    Raises: DomainError where the document has no line left to add, or the lines cannot be split that way.
    """
    with transaction.atomic():
        _lock(line)
        if posted.type not in MOVED:
            raise DomainError(
                _("%(no)s moved no goods to their place. Assign the charge to a receipt, a shipment or a return.")
                % {"no": posted.no}
            )
        there = ChargeAssignment.objects.filter(document_line=line).values("posted_line")
        new = chargeable_lines(posted).exclude(pk__in=there).order_by("line_no")
        added = [
            ChargeAssignment(document_line=line, posted_line=posted_line, split=split, amount=Decimal(0))
            for posted_line in new
        ]
        if not added:
            raise DomainError(_("All lines of %(no)s are assigned already.") % {"no": posted.no})
        ChargeAssignment.objects.bulk_create(added)
        suggest_split(line, split=split)
    return len(added)


def chargeable_lines(posted: PostedDocument) -> QuerySet[PostedDocumentLine]:
    """The lines that moved goods and were not taken back."""
    if posted.type not in MOVED:
        return posted.lines.none()
    taken_back = PostedDocumentLine.objects.filter(source_line=OuterRef("pk"), quantity__lt=0)
    return posted.lines.filter(type=LineType.ITEM, quantity__gt=0).exclude(Exists(taken_back))


def split_over(
    line: DocumentLine, posted_lines: Sequence[PostedDocumentLine], *, amount: Decimal, split: str
) -> list[ChargeAssignment]:
    """Return unsaved assignments of an amount. `posted_lines` come with their items; lines get no zero share.

    Where the lines have nothing of that kind to split by (no net weights, all free of charge), they share equally.
    """
    chargeable = [_chargeable(posted_line) for posted_line in posted_lines]
    if not any(each.basis_e5(split) for each in chargeable):
        split = ChargeSplit.EQUALLY
    precision = Company.current().amount_rounding_precision
    parts = split_charge(amount, chargeable, split=split, precision=precision)
    return [
        ChargeAssignment(document_line=line, posted_line=posted_line, split=split, amount=part)
        for posted_line, part in zip(posted_lines, parts, strict=True)
        if part
    ]


def suggest_split(line: DocumentLine, *, split: str) -> None:
    """Split the charge over the lines that it is assigned to. Raises: DomainError."""
    with transaction.atomic():
        _lock(line)
        assignments = list(assignments_of(line))
        amounts = split_charge(
            charge_amount(line),
            [_chargeable(assignment.posted_line) for assignment in assignments],
            split=split,
            precision=Company.current().amount_rounding_precision,
        )
        for assignment, amount in zip(assignments, amounts, strict=True):
            assignment.amount, assignment.split = amount, split
        ChargeAssignment.objects.bulk_update(assignments, ["amount", "split"])


def assignments_of(line: DocumentLine) -> QuerySet[ChargeAssignment]:
    """The assignments of a charge line, in the order of the posted documents."""
    found = ChargeAssignment.objects.filter(document_line=line)
    return found.select_related("posted_line__posted_document", "posted_line__item").order_by("posted_line_id", "pk")


def _chargeable(line: PostedDocumentLine) -> ChargeableLine:
    weight = line.item.net_weight if line.item else Decimal(0)
    return ChargeableLine(line.quantity, line.quantity * line.unit_amount, weight)


def save_assignment(assignment: ChargeAssignment) -> ChargeAssignment:
    """Store an amount that was typed. Raises: DomainError."""
    with transaction.atomic():
        _lock(assignment.document_line)
        assignment.save(update_fields=["amount"])
    return assignment


def delete_assignments(assignments: Iterable[ChargeAssignment]) -> None:
    """Take posted lines out of the assignment. Raises: DomainError."""
    with transaction.atomic():
        for assignment in assignments:
            _lock(assignment.document_line)
            assignment.delete()


def _lock(line: DocumentLine) -> None:
    checks.check_open(lock_document(line.document_id))
    if DocumentLine.objects.filter(pk=line.pk, quantity_invoiced__gt=0).exists():
        raise DomainError(_("The charge is invoiced: its assignment stays."), code=ErrorCode.ALREADY_POSTED)
