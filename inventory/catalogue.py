"""Items made from what vendors offer: the number rule, and the template."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base import changelog
from config.base.errors import DomainError
from inventory import barcodes, items
from inventory.enums import CatalogueNumbering
from inventory.models import (
    Barcode,
    CatalogueItem,
    InventorySetup,
    Item,
    ItemReference,
    ItemTemplate,
)
from inventory.sorting import sort_key


def item_number(row: CatalogueItem, setup: InventorySetup) -> str:
    """The number that the rule of the setup gives an item made from a catalogue item; blank: from the series."""
    rule = CatalogueNumbering(setup.catalogue_numbering)
    if rule is CatalogueNumbering.VENDOR_ITEM_NO:
        return row.vendor_item_no
    if rule is CatalogueNumbering.VENDOR_AND_ITEM_NO:
        return f"{row.vendor.no}{setup.catalogue_separator}{row.vendor_item_no}"
    return ""


def make_item(
    row: CatalogueItem, *, today: date, user: Any, template: ItemTemplate | None = None, no: str = ""
) -> Item:
    """Make the item card of a catalogue item, by its template and the number rule; return it.

    One that is made already is returned as it is. Raises: DomainError where the card lacks something, or the number
    cannot be one.
    """
    with transaction.atomic():
        row = CatalogueItem.objects.select_for_update(no_key=True, of=("self",)).select_related("vendor").get(pk=row.pk)
        if row.item_id is not None:
            return Item.objects.get(pk=row.item_id)
        setup = InventorySetup.load()
        template = template or row.template or setup.catalogue_template
        number = no or item_number(row, setup)
        _check_number(number)
        item = Item(**_card(row, template), no=number)
        _check_complete(item)
        items.create_item(item, today=today, series=template.number_series if template else "")
        changelog.record(
            user, None, changelog.snapshot(item), _("From catalogue item %(no)s") % {"no": row.vendor_item_no}
        )
        _add_codes(row, item)
        row.item = item
        row.save(update_fields=["item"])
    return item


def _card(row: CatalogueItem, template: ItemTemplate | None) -> dict[str, Any]:
    """The columns of the new card: what the catalogue says, then the template, then what items usually have."""
    proposed = {f"{name}_id": pk for name, pk in items.proposed_choices().items()}
    chosen = items.template_choices(template) if template else {}
    for name in chosen:
        proposed.pop(f"{name}_id", None)
    card = proposed | chosen
    if row.unit_of_measure_id:
        card.pop("base_unit_of_measure", None)
        card["base_unit_of_measure_id"] = row.unit_of_measure_id
    return card | {
        "description": row.description,
        "sort_key": sort_key(row.description),
        "vendor": row.vendor,
        "unit_price": row.sales_price,
        "last_direct_cost": row.unit_price,
        "unit_cost": row.unit_price,
        "gtin": row.gtin,
    }


def _check_number(number: str) -> None:
    if len(number) > 20 or "/" in number or number.lower() == "new":
        raise DomainError(
            _("%(no)s cannot be the number of an item: at most 20 signs, no /. Give another one.") % {"no": number}
        )


def _check_complete(item: Item) -> None:
    """Name every choice that neither the template nor an earlier item gives."""
    needed: tuple[str, ...] = ("item_model_group", "gen_prod_posting_group", "base_unit_of_measure")
    if item.is_inventory:
        needed = (*needed, "inventory_posting_group")
    missing = [str(Item._meta.get_field(name).verbose_name) for name in needed if getattr(item, f"{name}_id") is None]  # type: ignore[union-attr]
    if missing:
        raise DomainError(
            _("The item needs: %(names)s. Choose a template that says so.") % {"names": ", ".join(missing)}
        )


def _add_codes(row: CatalogueItem, item: Item) -> None:
    """The vendor's number becomes a reference, its GTIN a barcode where that is free."""
    ItemReference.objects.create(item=item, reference_no=row.vendor_item_no, vendor=row.vendor)
    if row.gtin and not Barcode.objects.filter(code=row.gtin).exists():
        Barcode.objects.create(item=item, code=row.gtin, symbology=barcodes.symbology_of(row.gtin))
