"""Reverse a run: book its values back, cancel its settlements, open what it closed.

Only the latest can be reversed. Its values stay visible, each beside its opposite of the same date; its settlements
stay, flagged. What was posted after the close keeps its price.
Source: inventory-close (reversing a completed inventory close).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base import locks
from config.base.errors import DomainError, ErrorCode
from config.base.transactions import PostingContext, posting
from costing import inventory_periods, order_states
from costing.closing import storing, vouchers
from costing.closing.calculation import USED
from costing.enums import CloseKind, RunState
from costing.models import ClosingTransfer, InventoryClose, Settlement, ValueEntry
from costing.setups import Setups
from inventory.entry_writing import write_register

SOURCE_CODE = "INVTCLOSE"
SETTLING = (CloseKind.CLOSE, CloseKind.MANUAL_ADJUSTMENT)


class NotLatestClose(DomainError):
    code = ErrorCode.NOT_LATEST_CLOSE


def reverse_close(*, close_id: int, user_id: int | None = None) -> InventoryClose:
    """Reverse a close, a recalculation or a manual adjustment.

    Raises: NotLatestClose naming the later ones; DomainError invalid_input where it is not completed.
    """
    with posting(alone=True) as context:
        close = InventoryClose.objects.select_for_update(no_key=True, of=("self",)).filter(pk=close_id).first()
        check_reversible(close)
        assert close is not None
        _reverse(close, setups=Setups.at(close.closing_date), context=context, user_id=user_id)
    close.refresh_from_db()
    return close


def check_reversible(close: InventoryClose | None) -> None:
    """Refuse a run that is none, is not completed, or is not the latest. Raises: as `reverse_close`."""
    if close is None or close.rehearsal:
        raise DomainError(_("There is no such inventory close."), code=ErrorCode.NOT_FOUND)
    if close.state != RunState.DONE:
        raise DomainError(
            _("%(kind)s %(no)s is not completed, so there is nothing to reverse.")
            % {"kind": close.get_kind_display(), "no": close.pk}
        )
    standing = InventoryClose.objects.filter(rehearsal=False, state__in=(RunState.DONE, RunState.RUNNING))
    later = standing.filter(pk__gt=close.pk)
    if close.kind in SETTLING:
        later = later.filter(kind__in=SETTLING)
    if later.exists():
        runs = later.order_by("-pk")
        names = ", ".join(f"{each.get_kind_display()} {each.pk} ({each.closing_date})" for each in runs)
        raise NotLatestClose(_("Reverse what came later first: %(later)s.") % {"later": names})


def _reverse(close: InventoryClose, *, setups: Setups, context: PostingContext, user_id: int | None) -> None:
    settled = Settlement.objects.filter(close=close, cancelled_by__isnull=True).values_list("item_id", flat=True)
    locks.lock_items({*_items_of([close.register_id]), *settled.distinct()})
    no = storing.document_no(close, reversal=True)
    register_id = write_register(
        source_code=SOURCE_CODE, document_no=no, user_id=user_id, created_at=context.created_at
    )
    _book_back(close, register_id, no, setups=setups, context=context, user_id=user_id)
    storing.cancel_settlements(close)
    inventory_periods.reopen_with(
        close.closed_periods.all(),
        context=context,
        user_id=user_id,
        reason=_("Inventory close %(no)s was reversed") % {"no": close.pk},
    )
    InventoryClose.objects.filter(pk=close.pk).update(
        state=RunState.REVERSED, reversal_register_id=register_id, finished_at=timezone.now()
    )


def _book_back(
    close: InventoryClose,
    register_id: int,
    no: str,
    *,
    setups: Setups,
    context: PostingContext,
    user_id: int | None,
) -> None:
    is_revaluation = close.kind in (CloseKind.MANUAL_ADJUSTMENT, CloseKind.RECEIPT_ADJUSTMENT)
    if close.register_id is not None:
        storing.take_back_changes(
            close.register_id,
            on=close.closing_date,
            document_no=no,
            register_id=register_id,
            context=context,
            user_id=user_id,
            revaluation=is_revaluation,
        )
    if is_revaluation:
        _take_from_transfers(close)
    voucher_id = vouchers.post(
        register_id, setups=setups, update_ledger=close.update_ledger, context=context, user_id=user_id
    )
    InventoryClose.objects.filter(pk=close.pk).update(reversal_voucher_id=voucher_id)
    corrected = ValueEntry.objects.filter(register_id=register_id, item_ledger_entry_type__in=USED)
    order_states.mark_from_corrections(list(corrected.values_list("item_ledger_entry", flat=True)))


def _take_from_transfers(close: InventoryClose) -> None:
    for line in close.plan_lines.filter(details__has_key="transfer"):
        ClosingTransfer.objects.filter(pk=line.details["transfer"]).update(amount=F("amount") - line.amount)


def _recalculations_after(on: date) -> QuerySet[InventoryClose]:
    found = InventoryClose.objects.filter(kind=CloseKind.RECALCULATION, state=RunState.DONE, rehearsal=False)
    return found.filter(closing_date__gt=on).order_by("-pk")


def items_of_later_recalculations(on: date) -> set[int]:
    """The items that recalculations dated after a day have adjusted: whoever cancels them locks these."""
    return _items_of(_recalculations_after(on).values_list("register_id", flat=True))


def _items_of(registers: Iterable[int | None]) -> set[int]:
    found = ValueEntry.objects.filter(register__in=[each for each in registers if each]).values_list("item_id")
    return {item_id for (item_id,) in found.distinct() if item_id is not None}


def cancel_recalculations_after(on: date, *, context: PostingContext, user_id: int | None, setups: Setups) -> None:
    """Book back the recalculations dated after a day, latest first: the close of that day goes before them."""
    for run in _recalculations_after(on):
        _reverse(run, setups=setups, context=context, user_id=user_id)
