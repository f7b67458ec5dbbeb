"""Who has which item in the application worksheet, and what the session has changed so far.

A session begins with the first change of an item and belongs to one user. Its register stands on every application that
it makes or cancels, so that undoing it brings back exactly the links from before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from config.base.errors import DomainError, ErrorCode
from inventory.entry_writing import write_register
from inventory.models import ApplicationWorksheet, ItemApplicationEntry, ItemLedgerEntry, TouchedEntry
from inventory.stock import ItemUnapplied

SOURCE_CODE = "UNAPPITEM"


class NoWorksheet(DomainError):
    code = ErrorCode.NOT_FOUND


def open_session(item_id: int, *, user_id: int, created_at: datetime) -> ApplicationWorksheet:
    """Return the user's session of an item, a new one if nobody has the item. The item must be locked.

    Raises: ItemUnapplied naming the other user who has it.
    """
    found = _session(item_id)
    if found is None:
        register_id = write_register(source_code=SOURCE_CODE, document_no="", user_id=user_id, created_at=created_at)
        return ApplicationWorksheet.objects.create(
            item_id=item_id, user_id=user_id, register_id=register_id, opened_at=created_at
        )
    if found.user_id != user_id:
        raise ItemUnapplied(
            _("Item %(item)s is unapplied by %(user)s. Ask for the worksheet to be closed, then try again.")
            % {"item": found.item.no, "user": found.user.get_username()}
        )
    return found


def session_of(item_id: int) -> ApplicationWorksheet:
    """Return the open session of an item, whoever it belongs to. Raises: NoWorksheet."""
    found = _session(item_id)
    if found is None:
        raise NoWorksheet(_("Nothing of this item is unapplied: there is nothing to close."))
    return found


def _session(item_id: int) -> ApplicationWorksheet | None:
    return ApplicationWorksheet.objects.select_related("item", "user").filter(pk=item_id).first()


def touch(session: ApplicationWorksheet, entry_ids: Collection[int]) -> None:
    """Remember entries that the session changes, with what they are fixed to until then."""
    entries = ItemLedgerEntry.objects.filter(pk__in=entry_ids).order_by("pk")
    TouchedEntry.objects.bulk_create(
        [
            TouchedEntry(worksheet=session, entry_id=entry_id, applied_to_before_id=applies_to)
            for entry_id, applies_to in entries.values_list("pk", "applies_to_entry_id")
        ],
        ignore_conflicts=True,
    )


def touched_ids(session: ApplicationWorksheet) -> list[int]:
    return list(session.touched.order_by("entry_id").values_list("entry_id", flat=True))


_RESTORE_FIXED = """
UPDATE inventory_itemledgerentry e SET applies_to_entry_id = t.applied_to_before_id
FROM inventory_touchedentry t WHERE t.entry_id = e.id AND t.worksheet_id = %s
  AND e.applies_to_entry_id IS DISTINCT FROM t.applied_to_before_id
"""


def restore(session: ApplicationWorksheet) -> None:
    """Bring back the applications from before the session: those that it made go, those that it cancelled stand."""
    by_session = ItemApplicationEntry.objects.filter(register_id=session.register_id)
    made = list(by_session.active().order_by("pk"))
    taken = list(
        ItemApplicationEntry.objects.filter(cancelled_by_id=session.register_id)
        .exclude(register_id=session.register_id)
        .order_by("pk")
    )
    # Before the others stand again: a pair of entries has one active application.
    ItemApplicationEntry.objects.filter(pk__in=[link.pk for link in made]).update(cancelled_by=session.register_id)
    ItemApplicationEntry.objects.filter(pk__in=[link.pk for link in taken]).update(cancelled_by=None)
    for links, sign in ((made, -1), (taken, 1)):
        for link in links:
            if link.outbound_item_entry_id is not None and link.is_cost_link:
                shift_not_returned(link.outbound_item_entry_id, sign * link.quantity)
    with connection.cursor() as cursor:
        cursor.execute(_RESTORE_FIXED, [session.pk])
    refresh_progress(touched_ids(session))


_REFRESH = """
UPDATE inventory_itemledgerentry e
SET remaining_quantity = n.remaining, open = n.remaining <> 0, applied_entry_to_adjust = true
FROM (
    SELECT e.id, CASE WHEN e.quantity > 0 THEN coalesce(sum(a.quantity), 0)
                      ELSE e.quantity - coalesce(sum(a.quantity), 0) END AS remaining
    FROM inventory_itemledgerentry e
    LEFT JOIN inventory_itemapplicationentry a
      ON a.cancelled_by_id IS NULL
     AND (e.quantity > 0 AND a.inbound_item_entry_id = e.id
          OR e.quantity < 0 AND a.outbound_item_entry_id = e.id AND a.item_ledger_entry_id = e.id)
    WHERE e.id = ANY(%s) GROUP BY e.id
) n
WHERE n.id = e.id
"""


def refresh_progress(entry_ids: Collection[int]) -> None:
    """Write what remains of entries by their active applications, and have their cost looked at again."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [list(entry_ids)])


def shift_not_returned(outbound_id: int, quantity: Decimal) -> None:
    """Count a positive quantity as returned of an outbound; a negative one as not returned any more."""
    entry = ItemLedgerEntry.objects.filter(pk=outbound_id)
    entry.update(shipped_quantity_not_returned=F("shipped_quantity_not_returned") + quantity)
