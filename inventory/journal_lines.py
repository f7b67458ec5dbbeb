"""Lines of a user's adjustment and reclassification journals before they are posted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode, Problem, raise_problems
from inventory import checks
from inventory.documents import LINE_STEP, next_line_no
from inventory.enums import JournalLineKind
from inventory.models import InventorySetup, ItemJournalLine, JournalBatch

ADJUSTMENTS = (JournalLineKind.POSITIVE, JournalLineKind.NEGATIVE)
MOVES = (JournalLineKind.TRANSFER,)


@dataclass(frozen=True, slots=True)
class Journal:
    """A user's adjustment journal, or with `moves` his reclassification journal: one batch of it, or its own lines."""

    user_id: int
    moves: bool
    batch: JournalBatch | None = None

    def lines(self) -> QuerySet[ItemJournalLine]:
        return lines_of(self.user_id, moves=self.moves, batch=self.batch)


def lines_of(user_id: int | None, *, moves: bool, batch: JournalBatch | None = None) -> QuerySet[ItemJournalLine]:
    """A user's own lines of the adjustment journal, or with `moves` of the reclassification journal."""
    return ItemJournalLine.objects.filter(owner_id=user_id, kind__in=MOVES if moves else ADJUSTMENTS, batch=batch)


def create_batch(user_id: int, *, moves: bool, code: str, description: str = "") -> JournalBatch:
    """Make a batch of a user's own journal. Raises: DomainError."""
    if JournalBatch.objects.filter(owner_id=user_id, moves=moves, code=code).exists():
        raise DomainError(_("You have a batch %(code)s already. Choose another name.") % {"code": code})
    return JournalBatch.objects.create(owner_id=user_id, moves=moves, code=code, description=description)


def delete_batch(batch: JournalBatch) -> None:
    """Delete a batch with its unposted lines."""
    with transaction.atomic():
        batch.lines.all().delete()
        batch.delete()


def add_lines(journal: Journal, lines: Sequence[ItemJournalLine]) -> int:
    """Add lines behind those of the journal, all or none; return how many.

    Raises: DomainError with every problem, each with the line number that the line came with.
    """
    location_mandatory = InventorySetup.load().location_mandatory
    raise_problems(problem for line in lines for problem in line_problems(line, location_mandatory=location_mandatory))
    with transaction.atomic():
        first = next_line_no(ItemJournalLine.objects.filter(owner=journal.user_id))
        for place, line in enumerate(lines):
            line.owner_id, line.batch = journal.user_id, journal.batch
            line.line_no = first + place * LINE_STEP
        ItemJournalLine.objects.bulk_create(lines, batch_size=500)
    return len(lines)


def save_journal_line(line: ItemJournalLine) -> ItemJournalLine:
    """Store a new or changed line. Raises: DomainError with every problem of the line."""
    raise_problems(line_problems(line, location_mandatory=InventorySetup.load().location_mandatory))
    with transaction.atomic():
        if not line.line_no:
            line.line_no = next_line_no(ItemJournalLine.objects.filter(owner=line.owner_id))
        line.save()
    return line


def line_problems(line: ItemJournalLine, *, location_mandatory: bool) -> Iterator[Problem]:
    """What is wrong with a line, without a query but for variants."""
    item = line.item
    if item.blocked:
        message = _("Item %(item)s is blocked. Unblock it on its card, or choose another item.")
        yield _problem(line, message % {"item": item.no}, ErrorCode.BLOCKED_ITEM)
    if not item.is_inventory:
        yield _problem(line, _("Item %(item)s is not kept in stock.") % {"item": item.no})
    if line.quantity <= 0:
        yield _problem(line, _("The quantity must be more than 0. The type of the line says in which direction."))
    if line.unit_cost is not None and line.unit_cost < 0:
        yield _problem(line, _("The unit cost is negative. Leave it blank to use the cost of the item."))
    is_move = line.kind == JournalLineKind.TRANSFER
    new = (line.new_lot_no, line.new_serial_no, line.new_expiration_date, line.new_dimension_set_id)
    if is_move and line.location_id == line.new_location_id and not any(new):
        yield _problem(line, _("Location and new location are the same. Choose where the goods go."))
    if location_mandatory and (line.location_id is None or (is_move and line.new_location_id is None)):
        yield _problem(line, _("Every line needs a location."))
    yield from checks.variant_problems(item, line.variant, line.document_no, line.line_no)


def _problem(line: ItemJournalLine, message: str, code: ErrorCode = ErrorCode.INVALID_INPUT) -> Problem:
    return Problem(message, code, document_no=line.document_no, line_no=line.line_no, item_no=line.item.no)


def delete_journal_line(line: ItemJournalLine) -> None:
    """Take a line out of the journal."""
    deleted, _kinds = ItemJournalLine.objects.filter(pk=line.pk, owner=line.owner_id).delete()
    if not deleted:
        raise DomainError(_("The line is gone already: posted or deleted."), code=ErrorCode.NOT_FOUND)
