"""Tables of transfer orders and of goods on their way."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from config.base.tables import Column, DateColumn, LinkColumn, QuantityColumn, StateColumn, Table
from inventory.models import TransferLine, TransferOrder
from inventory.selectors import entries_url
from inventory.tables.words import PROGRESS_TONES


class TransferTable(Table):
    no = LinkColumn("inventory:transfer_detail", args=["no"], verbose_name=_("No."))
    status = StateColumn(tones=PROGRESS_TONES, verbose_name=_("Status"))
    from_location = Column(accessor="from_location__code", verbose_name=_("From location"))
    to_location = Column(accessor="to_location__code", verbose_name=_("To location"))
    in_transit_location = Column(accessor="in_transit_location__code", verbose_name=_("In-transit location"))
    order_date = DateColumn(verbose_name=_("Order date"))
    expected_date = DateColumn(verbose_name=_("Expected date"))
    ordered = QuantityColumn(verbose_name=_("Ordered"))
    shipped = QuantityColumn(verbose_name=_("Shipped"))
    received = QuantityColumn(verbose_name=_("Received"))
    under_way = QuantityColumn(verbose_name=_("On the way"))

    main_columns = ("no", "from_location", "to_location")
    hidden_columns = ("in_transit_location",)

    class Meta:
        model = TransferOrder
        fields = (
            "no",
            "status",
            "from_location",
            "to_location",
            "in_transit_location",
            "order_date",
            "expected_date",
            "ordered",
            "shipped",
            "received",
            "under_way",
        )


def under_way_url(line: Any) -> str:
    """The open entries of the line in transit: they total what is on the way."""
    road = line.order.in_transit_location
    found = entries_url(order_no=line.order.no, item=line.item.no, location=road.code if road else "")
    return f"{found}&order_line_no={line.line_no}"


class GoodsInTransitTable(Table):
    order = LinkColumn(
        "inventory:transfer_detail", args=["order__no"], accessor="order__no", verbose_name=_("Transfer order")
    )
    from_location = Column(accessor="order__from_location__code", verbose_name=_("From location"))
    to_location = Column(accessor="order__to_location__code", verbose_name=_("To location"))
    in_transit_location = Column(accessor="order__in_transit_location__code", verbose_name=_("In-transit location"))
    item = LinkColumn("inventory:item_detail", args=["item__no"], accessor="item__no", verbose_name=_("Item"))
    description = Column(accessor="item__description", verbose_name=_("Description"))
    expected_date = DateColumn(accessor="order__expected_date", verbose_name=_("Expected date"))
    quantity_shipped = QuantityColumn(verbose_name=_("Shipped"))
    quantity_received = QuantityColumn(verbose_name=_("Received"))
    under_way = QuantityColumn(verbose_name=_("On the way"), linkify=lambda record: under_way_url(record))

    main_columns = ("order", "item", "under_way")

    class Meta:
        model = TransferLine
        fields = (
            "order",
            "from_location",
            "to_location",
            "in_transit_location",
            "item",
            "description",
            "expected_date",
            "quantity_shipped",
            "quantity_received",
            "under_way",
        )
