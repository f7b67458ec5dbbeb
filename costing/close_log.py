"""The log of a close in groups: what could not be settled, why, and what whoever reads it may do.

Source: inventory-close (log).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, CharField, Count, Q, QuerySet, Sum, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.base.errors import DomainError, ErrorCode
from config.base.expressions import exact_value
from config.base.pages import Text
from costing.closing.planning import ITERATIONS_EXHAUSTED, OTHER_POOL, PRODUCTION_NOT_FINISHED, RECEIPT_NOT_INVOICED
from costing.engine.closing.pools import Reason
from costing.models import CloseLogLine

TOO_FEW_RECEIPTS = "too_few_receipts"
MARKED_LATER = Reason.MARKED_RECEIPT_LATER.value
CAUSES: list[tuple[str, Text]] = [
    (RECEIPT_NOT_INVOICED, _("Receipt not invoiced")),
    (PRODUCTION_NOT_FINISHED, _("Production not finished")),
    (OTHER_POOL, _("Goods are in another pool")),
    (TOO_FEW_RECEIPTS, _("More issues than receipts")),
    (MARKED_LATER, _("Marked to a later receipt")),
    (ITERATIONS_EXHAUSTED, _("Iterations used up")),
]
ADVICE: dict[str, Text] = {
    RECEIPT_NOT_INVOICED: _("Update the receipts financially, or choose a later closing date."),
    PRODUCTION_NOT_FINISHED: _("Finish the order, or choose a later closing date."),
    OTHER_POOL: _("Transfer the goods, or review the procedure that booked them there."),
    TOO_FEW_RECEIPTS: _("Receive what is missing, or review the procedure. The cost may be wrong."),
    MARKED_LATER: _("No action possible: the next close settles it. Keep a note."),
    ITERATIONS_EXHAUSTED: _("Allow more iterations, or remove the cycle."),
}
OWNERS: dict[str, Text] = {
    RECEIPT_NOT_INVOICED: _("Purchasing"),
    PRODUCTION_NOT_FINISHED: _("Production"),
    OTHER_POOL: _("Warehouse"),
    TOO_FEW_RECEIPTS: _("Warehouse"),
    MARKED_LATER: _("Nobody"),
    ITERATIONS_EXHAUSTED: _("Accounting"),
}
NO_ACTION = (MARKED_LATER,)


@dataclass(frozen=True, slots=True)
class Group:
    """Warnings of one cause: how many, what quantity, how many of them have a note."""

    cause: str
    count: int
    quantity: Decimal
    noted: int

    @property
    def label(self) -> Text:
        return label(self.cause)

    @property
    def advice(self) -> Text:
        return ADVICE.get(self.cause, "")


def label(cause: str) -> Text:
    return dict(CAUSES).get(cause, cause)


def cause_of(code: str, cause: str) -> str:
    """The one word for why: what a pool lacked, or else the code of the warning."""
    return cause or (TOO_FEW_RECEIPTS if code == Reason.NOT_SETTLED else code)


def lines() -> QuerySet[Any]:
    """Lines of the logs, each with `why`, one of `CAUSES`."""
    found: QuerySet[Any] = CloseLogLine.objects.annotate(
        why=Case(
            When(~Q(cause=""), then="cause"),
            When(code=Reason.NOT_SETTLED.value, then=Value(TOO_FEW_RECEIPTS)),
            default="code",
            output_field=CharField(),
        )
    )
    return found


def groups(close_id: int) -> list[Group]:
    """The warnings of a run by cause, in the order of `CAUSES`. One query."""
    sums = lines().filter(close_id=close_id).order_by().values("why")
    found = {
        row["why"]: Group(row["why"], row["count"], row["quantity"], row["noted"])
        for row in sums.annotate(count=Count("pk"), quantity=Sum("quantity"), noted=Count("pk", filter=~Q(note="")))
    }
    known = [found.pop(cause) for cause, _label in CAUSES if cause in found]
    return [*known, *found.values()]


def cure_url(why: str, *, item_no: str, location: str, on: Any) -> str:
    """The list with what has to be mended; blank where nothing can be done."""
    entries = reverse("inventory:itemledgerentry_list")
    through = f"..{on.isoformat()}"
    if why in (RECEIPT_NOT_INVOICED, PRODUCTION_NOT_FINISHED):
        query = {"item": exact_value(item_no), "completely_invoiced": "no", "positive": "yes", "posting_date": through}
        return f"{entries}?{urlencode(query)}"
    if why == OTHER_POOL:
        query = {"item": exact_value(item_no), "open": "yes", "positive": "yes", "posting_date": through}
        if location:
            query["location"] = f"<>{exact_value(location)}"
        return f"{entries}?{urlencode(query)}"
    if why == TOO_FEW_RECEIPTS:
        return f"{entries}?{urlencode({'item': exact_value(item_no), 'open': 'yes', 'posting_date': through})}"
    return ""


CURE_WORDS: dict[str, Text] = {
    RECEIPT_NOT_INVOICED: _("Show the receipts"),
    PRODUCTION_NOT_FINISHED: _("Show the output"),
    OTHER_POOL: _("Show the goods"),
    TOO_FEW_RECEIPTS: _("Show the open entries"),
}


def summary(close_id: int, *, most: int = 2) -> str:
    """The first warnings in short, for a notification: item, document, what is missing."""
    found = list(lines().filter(close_id=close_id).select_related("item", "issue").order_by("pk")[: most + 1])
    said = "; ".join(_in_short(line) for line in found[:most])
    return f"{said} ..." if len(found) > most else said


def _in_short(line: Any) -> str:
    words = [line.item.no if line.item else ""]
    if line.issue:
        words.append(f"{line.issue.document_no} ({line.issue_id})")
    return f"{' '.join(filter(None, words))}: {label(line.why)}"


def keep_note(line: CloseLogLine, *, note: str, user_id: int | None) -> None:
    """Keep what was found out about a warning; a blank note takes the last one away."""
    changed = CloseLogLine.objects.filter(pk=line.pk).update(
        note=note.strip(),
        noted_by_id=user_id if note.strip() else None,
        noted_at=timezone.now() if note.strip() else None,
    )
    if not changed:
        raise DomainError(str(_("The run was given up meanwhile: its log is gone.")), code=ErrorCode.NOT_FOUND)
