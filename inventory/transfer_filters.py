"""Filters of goods on their way."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from config.base.filters import DateFilter, FilterSet, NumberFilter, TextFilter
from inventory.models import TransferLine


class GoodsInTransitFilter(FilterSet):
    order = TextFilter("order__no", label=_("Transfer order"))
    from_location = TextFilter("order__from_location__code", label=_("From location"))
    to_location = TextFilter("order__to_location__code", label=_("To location"))
    in_transit_location = TextFilter("order__in_transit_location__code", label=_("In-transit location"))
    item = TextFilter("item__no", label=_("Item"))
    expected_date = DateFilter("order__expected_date", label=_("Expected date"))
    under_way = NumberFilter(label=_("On the way"))

    search_fields = ("order__no", "item__no", "item__description")

    class Meta:
        model = TransferLine
        fields: ClassVar[list[str]] = []
