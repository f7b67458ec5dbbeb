"""Tables of price list lines."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from config.base.pages import Text
from config.base.tables import (
    Column,
    DateColumn,
    LinkColumn,
    PercentColumn,
    QuantityColumn,
    Table,
    UnitCostColumn,
    YesNoColumn,
)
from inventory.models import PriceListLine
from inventory.tables.master import edit_link

_LINE = ("item", "description", "category", "variant")
_VALUES = (
    "unit_of_measure",
    "minimum_quantity",
    "unit_amount",
    "line_discount_percent",
    "starting_date",
    "ending_date",
    "blocked",
)


def _to_form(accessor: str, url_name: str, title: Text) -> Column:
    """A column whose value leads to the form of the line, for those who may change it."""
    return Column(accessor=accessor, linkify=edit_link(url_name, "base.item_edit", key="pk"), verbose_name=title)


class PriceListLineTable(Table):
    """What both sides share; the line's item or category leads to its form."""

    item = Column(accessor="item__no", verbose_name=_("Item"))
    description = Column(accessor="item__description", order_by=("item__sort_key",), verbose_name=_("Description"))
    category = Column(accessor="category__code", verbose_name=_("Item category"))
    variant = Column(accessor="variant__code", verbose_name=_("Variant"))
    unit_of_measure = Column(accessor="unit_of_measure__code", verbose_name=_("Unit"))
    minimum_quantity = QuantityColumn(verbose_name=_("From quantity"))
    starting_date = DateColumn(verbose_name=_("Starting date"))
    ending_date = DateColumn(verbose_name=_("Ending date"))
    unit_amount = UnitCostColumn(verbose_name=_("Unit price"))
    line_discount_percent = PercentColumn(verbose_name=_("Discount %"))
    blocked = YesNoColumn(verbose_name=_("Blocked"))

    main_columns = ("item", "category", "unit_amount", "line_discount_percent")


class SalesPriceTable(PriceListLineTable):
    item = _to_form("item__no", "inventory:salesprice_update", _("Item"))
    category = _to_form("category__code", "inventory:salesprice_update", _("Item category"))
    customer = LinkColumn(
        "inventory:customer_detail", args=["customer__no"], accessor="customer__no", verbose_name=_("Customer")
    )
    customer_name = Column(accessor="customer__name", verbose_name=_("Customer name"))

    hidden_columns = ("customer_name",)

    class Meta:
        model = PriceListLine
        fields = (*_LINE, "customer", "customer_name", *_VALUES)


class PurchasePriceTable(PriceListLineTable):
    item = _to_form("item__no", "inventory:purchaseprice_update", _("Item"))
    category = _to_form("category__code", "inventory:purchaseprice_update", _("Item category"))
    vendor = LinkColumn("inventory:vendor_detail", args=["vendor__no"], accessor="vendor__no", verbose_name=_("Vendor"))
    vendor_name = Column(accessor="vendor__name", verbose_name=_("Vendor name"))
    unit_amount = UnitCostColumn(verbose_name=_("Direct unit cost"))

    hidden_columns = ("vendor_name",)

    class Meta:
        model = PriceListLine
        fields = (*_LINE, "vendor", "vendor_name", *_VALUES)
