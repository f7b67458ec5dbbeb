"""The application worksheet: unapply entries, apply them to others, and have their cost follow.

One user may have an item unapplied; until the worksheet is closed nobody posts the item. Each step is a posting of its
own: quantities and links (`inventory.unapplying`), then what they mean for cost: whether an issue follows the average,
from which date values count, what is unadjusted from then on. Closing applies what was left open by the ordinary rules,
undoing brings back the links from before.
Source: finance-how-to-remove-and-reapply-item-entries; design-details-item-application.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import locks
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import PostingContext, posting
from costing import adjustment, checks, valuation_dates
from costing.average_periods import AveragePeriods
from costing.models import CostingSetup
from inventory import stock as stock_reader
from inventory import unapplying, worksheet_sessions
from inventory.models import ApplicationWorksheet, InventorySetup, ItemApplicationEntry, ItemLedgerEntry


class ApplicationNotFound(DomainError):
    code = ErrorCode.NOT_FOUND


def unapply(*, application_id: int, user_id: int) -> None:
    """Take two entries apart that are applied to each other, and open the worksheet of their item.

    Raises: DomainError where the application belongs to a closed period, another user has the item, or the link must
    stay (transfers, corrections, drop shipments); then nothing is written.
    """
    with posting() as context:
        item_id = _lock_item(application_id)
        link = ItemApplicationEntry.objects.select_related("inbound_item_entry", "outbound_item_entry").get(
            pk=application_id
        )
        unapplying.check_may_be_unapplied(link)
        _check_dates([link.posting_date], context)
        session = worksheet_sessions.open_session(item_id, user_id=user_id, created_at=context.created_at)
        sides = unapplying.unapply(link, session, at=context.created_at)
        _follow(item_id, sides)


def _lock_item(application_id: int) -> int:
    found = ItemApplicationEntry.objects.filter(pk=application_id).values_list("item_ledger_entry__item_id", flat=True)
    item_id: int | None = found.first()
    if item_id is None:
        raise ApplicationNotFound(_("There is no application %(no)s.") % {"no": application_id})
    locks.lock_items([item_id])
    checks.check_settled_at_posting(stock_reader.item_facts([item_id], unapplied_too=True).values())
    return item_id


def apply(*, entry_id: int, to_entry_id: int, user_id: int) -> None:
    """Apply two entries to each other: by quantity where both have something left, else by cost.

    The outbound is fixed to the inbound; an issue of an average item then takes the inbound's cost.
    Raises: DomainError already_applied, application_mismatch, insufficient_quantity, quantity_exceeds_source,
    period_closed, or where another user has the item; then nothing is written.
    """
    with posting() as context:
        item_ids = ItemLedgerEntry.objects.filter(pk__in=[entry_id, to_entry_id]).values_list("item_id", flat=True)
        locks.lock_items(item_ids)
        pair = unapplying.check_pair(entry_id, to_entry_id)
        checks.check_settled_at_posting([pair.item])
        _check_dates([max(pair.inbound.posting_date, pair.outbound.posting_date)], context)
        session = worksheet_sessions.open_session(pair.item.id, user_id=user_id, created_at=context.created_at)
        sides = unapplying.apply(pair, session, at=context.created_at)
        _follow(pair.item.id, sides)


def close(*, item_id: int, user_id: int) -> None:
    """Close an item's worksheet: what it left open is applied again by the ordinary rules, then cost is adjusted where
    the setup says so. Anybody with the right may close it, so that an item does not wait for who is away.

    Raises: DomainError insufficient_quantity naming entries that may not stay open; the worksheet then stays open.
    """
    with posting() as context:
        locks.lock_items([item_id])
        session = worksheet_sessions.session_of(item_id)
        linked = unapplying.reapply_touched(
            session, prevent_negative=InventorySetup.load().prevent_negative_inventory, at=context.created_at
        )
        _follow(item_id, linked)
        _end(session, context, user_id=user_id)


def undo(*, item_id: int, user_id: int) -> None:
    """Bring back the applications from before the worksheet was opened, exactly, and close it."""
    with posting() as context:
        locks.lock_items([item_id])
        session = worksheet_sessions.session_of(item_id)
        worksheet_sessions.restore(session)
        _follow(item_id, worksheet_sessions.touched_ids(session))
        _end(session, context, user_id=user_id)


def _end(session: ApplicationWorksheet, context: PostingContext, *, user_id: int) -> None:
    item_id = session.item_id
    session.delete()
    setup = CostingSetup.at(timezone.localdate(context.created_at))
    adjustment.adjust_after_posting({item_id}, setup=setup, context=context, user_id=user_id)


def _check_dates(dates: Collection[date], context: PostingContext) -> None:
    checks.check_dates(dates, setup=CostingSetup.at(timezone.localdate(context.created_at)))


_FOLLOW_AVERAGE = """
UPDATE costing_valueentry v SET valued_by_average_cost = n.averaged
FROM (
    SELECT e.id, e.applies_to_entry_id IS NULL AND NOT EXISTS (
               SELECT 1 FROM inventory_itemapplicationentry a
               JOIN inventory_itemledgerentry i ON i.id = a.inbound_item_entry_id AND i.applies_to_entry_id = e.id
               WHERE a.outbound_item_entry_id = e.id AND a.item_ledger_entry_id = e.id AND a.cancelled_by_id IS NULL
                 AND NOT e.open) AS averaged
    FROM inventory_itemledgerentry e WHERE e.id = ANY(%s) AND e.quantity < 0
) n
WHERE v.item_ledger_entry_id = n.id AND v.valued_quantity < 0 AND v.valued_by_average_cost <> n.averaged
"""


def _follow(item_id: int, entry_ids: Collection[int]) -> None:
    """Have cost follow changed links: who follows the average, dates, what is unadjusted, the item's change number."""
    item = stock_reader.item_facts([item_id], unapplied_too=True)[item_id]
    if item.is_average:
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOW_AVERAGE, [list(entry_ids)])
    valuation_dates.refresh_and_mark(
        entry_ids, averaged=[item_id] if item.is_average else [], periods=AveragePeriods.load()
    )
    _raise_change_number(item_id)


def _raise_change_number(item_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO costing_itemcoststate (item_id, change_no) VALUES (%s, 1)"
            " ON CONFLICT (item_id) DO UPDATE SET change_no = costing_itemcoststate.change_no + 1",
            [item_id],
        )
