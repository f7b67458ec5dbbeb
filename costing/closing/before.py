"""Items that are settled at posting, before and after a close: their cost is adjusted, for both may be in one BOM."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from config.base import locks
from config.base.amounts import to_e5
from config.base.errors import DomainError, ErrorCode
from config.base.models import Company
from config.base.transactions import posting
from costing import adjustment, order_adjustment
from costing.average_periods import AveragePeriods
from costing.enums import CloseKind
from costing.setups import Setups
from inventory.enums import CostingMethod, SettleAt
from inventory.models import Item

NEVER_ADJUSTED = Q(item_model_group__settle_at=SettleAt.CLOSE) | Q(
    item_model_group__costing_method=CostingMethod.MOVING_AVERAGE
)


class Wanted(Protocol):
    @property
    def on(self) -> date: ...
    @property
    def kind(self) -> CloseKind: ...
    @property
    def rehearsal(self) -> bool: ...


def adjust_others(wanted: Wanted, *, user_id: int | None) -> None:
    """Adjust the cost of items settled at posting up to the date, and cost what finished orders made of the others.

    Raises: DomainError not_adjusted where an item cannot be adjusted. A rehearsal leaves the books as they are.
    """
    if wanted.rehearsal:
        return
    result = adjustment.adjust_cost(through=wanted.on, user_id=user_id)
    if result.failed and wanted.kind == CloseKind.CLOSE:
        raise DomainError(
            _("The cost of %(count)s items could not be adjusted: see run %(run)s.")
            % {"count": result.failed, "run": result.run_id},
            code=ErrorCode.NOT_ADJUSTED,
        )
    _cost_orders(wanted.on, user_id=user_id)


def _cost_orders(on: date, *, user_id: int | None) -> None:
    found = order_adjustment.unadjusted_items()
    made = sorted(Item.objects.filter(pk__in=found).filter(NEVER_ADJUSTED).values_list("pk", flat=True))
    if not made:
        return
    setups = Setups.at(on)
    with posting() as context:
        locks.lock_items(made)
        order_adjustment.settle(
            made,
            setup=setups.costing,
            periods=AveragePeriods.load(),
            precision_e5=to_e5(Company.current().amount_rounding_precision),
            run_id=None,
            user_id=user_id,
            context=context,
        )


def adjust_products(item_ids: Collection[int], *, user_id: int | None) -> None:
    """Carry what a close changed on to items settled at posting that are made of what it adjusted."""
    if item_ids:
        adjustment.adjust_cost(item_ids=sorted(item_ids), user_id=user_id)
