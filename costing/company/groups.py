"""Units, item model groups, posting groups, charges and reasons of the standard company."""

from __future__ import annotations

from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from inventory.enums import CostingMethod, SettleAt
from inventory.models import (
    GenBusPostingGroup,
    GenProdPostingGroup,
    InventoryPostingGroup,
    ItemCharge,
    ItemModelGroup,
    UnitOfMeasure,
)
from inventory.models.master import CodedModel

UNITS = {
    "PCS": gettext_noop("Piece"),
    "BOX": gettext_noop("Box"),
    "SET": gettext_noop("Set"),
    "KG": gettext_noop("Kilogram"),
    "M": gettext_noop("Metre"),
    "L": gettext_noop("Litre"),
    "HOUR": gettext_noop("Hour"),
}
INVENTORY_POSTING_GROUPS = {
    "RESALE": gettext_noop("Resale items"),
    "RAW MAT": gettext_noop("Raw materials"),
    "FINISHED": gettext_noop("Finished goods"),
}
GEN_PROD_POSTING_GROUPS = {
    "RETAIL": gettext_noop("Retail goods"),
    "RAW MAT": gettext_noop("Raw materials"),
    "MANUFACT": gettext_noop("Manufactured goods"),
    "SERVICES": gettext_noop("Services and charges"),
}
GEN_BUS_POSTING_GROUPS = {
    "DOMESTIC": gettext_noop("Domestic partners"),
    "EU": gettext_noop("Partners in the EU"),
    "EXPORT": gettext_noop("Partners elsewhere"),
}
ITEM_CHARGES = {
    "FREIGHT": gettext_noop("Freight"),
    "INSURANCE": gettext_noop("Insurance"),
    "DUTY": gettext_noop("Duty"),
}
REASONS = {
    "COUNT": gettext_noop("Counted difference"),
    "DAMAGED": gettext_noop("Damaged goods"),
    "FOUND": gettext_noop("Found goods"),
    "OPENING": gettext_noop("Opening balance"),
}

POSTING, CLOSE = SettleAt.POSTING, SettleAt.CLOSE
ITEM_MODEL_GROUPS: tuple[tuple[str, str, CostingMethod, SettleAt], ...] = (
    ("FIFO", gettext_noop("FIFO, settled at posting"), CostingMethod.FIFO, POSTING),
    ("LIFO", gettext_noop("LIFO, settled at posting"), CostingMethod.LIFO, POSTING),
    ("AVERAGE", gettext_noop("Average, settled at posting"), CostingMethod.AVERAGE, POSTING),
    ("STANDARD", gettext_noop("Standard cost, settled at posting"), CostingMethod.STANDARD, POSTING),
    ("SPECIFIC", gettext_noop("Specific, by serial number"), CostingMethod.SPECIFIC, POSTING),
    ("CLOSE-FIFO", gettext_noop("FIFO, settled at inventory close"), CostingMethod.FIFO, CLOSE),
    ("CLOSE-LIFO", gettext_noop("LIFO, settled at inventory close"), CostingMethod.LIFO, CLOSE),
    ("CLOSE-LIFO-DATE", gettext_noop("LIFO date, settled at inventory close"), CostingMethod.LIFO_DATE, CLOSE),
    (
        "CLOSE-AVERAGE",
        gettext_noop("Weighted average, settled at inventory close"),
        CostingMethod.WEIGHTED_AVERAGE,
        CLOSE,
    ),
    (
        "CLOSE-AVERAGE-DATE",
        gettext_noop("Weighted average date, settled at inventory close"),
        CostingMethod.WEIGHTED_AVERAGE_DATE,
        CLOSE,
    ),
    ("CLOSE-MOVING", gettext_noop("Moving average"), CostingMethod.MOVING_AVERAGE, CLOSE),
    ("CLOSE-STANDARD", gettext_noop("Standard cost, settled at inventory close"), CostingMethod.STANDARD, CLOSE),
)

Coded = TypeVar("Coded", bound=CodedModel)


def create_units() -> dict[str, UnitOfMeasure]:
    return _create(UnitOfMeasure, UNITS)


def create_inventory_posting_groups() -> dict[str, InventoryPostingGroup]:
    return _create(InventoryPostingGroup, INVENTORY_POSTING_GROUPS)


def create_gen_prod_posting_groups() -> dict[str, GenProdPostingGroup]:
    return _create(GenProdPostingGroup, GEN_PROD_POSTING_GROUPS)


def create_gen_bus_posting_groups() -> dict[str, GenBusPostingGroup]:
    return _create(GenBusPostingGroup, GEN_BUS_POSTING_GROUPS)


def create_item_charges() -> dict[str, ItemCharge]:
    services = GenProdPostingGroup.objects.get(code="SERVICES")
    return _create(ItemCharge, ITEM_CHARGES, gen_prod_posting_group=services)


def create_item_model_groups() -> dict[str, ItemModelGroup]:
    """Make one group for each costing method and moment of settlement."""
    return {
        code: ItemModelGroup.objects.get_or_create(
            code=code, defaults={"name": _(name), "costing_method": method, "settle_at": settle_at}
        )[0]
        for code, name, method, settle_at in ITEM_MODEL_GROUPS
    }


def _create(model: type[Coded], names: dict[str, str], **fields: object) -> dict[str, Coded]:
    return {
        code: model._default_manager.get_or_create(code=code, defaults={"name": _(name), **fields})[0]
        for code, name in names.items()
    }
