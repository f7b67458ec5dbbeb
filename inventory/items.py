"""Making items: new ones, from a template, as a copy of another; and blocking them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from config.base import changelog, numbering
from config.base.errors import DomainError
from inventory.models import InventorySetup, Item, ItemTemplate
from inventory.sorting import sort_key

LIKE_THE_LAST = ("item_model_group", "inventory_posting_group", "gen_prod_posting_group", "base_unit_of_measure")
FROM_TEMPLATE = (
    "type",
    "item_model_group",
    "inventory_posting_group",
    "gen_prod_posting_group",
    "category",
    "base_unit_of_measure",
    "vendor",
    "lot_tracked",
    "serial_tracked",
)
RELATIONS = tuple(name for name in FROM_TEMPLATE if ItemTemplate._meta.get_field(name).is_relation)
COPIED_LISTS = ("units", "variants", "attribute_values", "references", "bom_lines")
"""What a copy may take along, by related name. Barcodes stay: a code names one item."""

NOT_COPIED = frozenset(
    {
        "id",
        "no",
        "description",
        "sort_key",
        "unit_cost",
        "last_direct_cost",
        "gtin",
        "picture_id",
        "created_at",
        "updated_at",
        "standard_cost_calculated_on",
    }
)


def proposed_choices(template: ItemTemplate | None = None) -> dict[str, Any]:
    """What a new item proposes: the template's choices; else the model group of the setup and what the latest has."""
    latest = Item.objects.order_by("-pk").values(*LIKE_THE_LAST).first() or {}
    default_group = InventorySetup.load().default_item_model_group_id
    proposed = latest | ({"item_model_group": default_group} if default_group else {})
    found = {name: pk for name, pk in proposed.items() if pk is not None}
    return found | (template_choices(template) if template else {})


def template_choices(template: ItemTemplate) -> dict[str, Any]:
    """What a template says, by field name of the item, records as such; its blanks say nothing."""
    values = {name: getattr(template, name) for name in FROM_TEMPLATE}
    return {name: value for name, value in values.items() if value not in (None, "")}


def create_item(item: Item, *, today: date, series: str = "") -> Item:
    """Store a new item; a blank number is drawn from the series, by default the item series of the setup.

    Raises: numbering.NumberSeriesError; DomainError where the number exists.
    """
    try:
        with transaction.atomic():
            if not item.no:
                item.no = numbering.draw(series or InventorySetup.load().item_series, on=today)[0]
            item.save(force_insert=True)
    except IntegrityError as error:
        if Item.objects.filter(no=item.no).exists():
            raise DomainError(_("Item %(no)s exists already. Choose another number.") % {"no": item.no}) from error
        raise
    return item


def copy_item(
    source: Item, *, no: str, description: str, lists: Collection[str], today: date, user: Any, costs: bool = False
) -> Item:
    """Make an item like another one, with those of `COPIED_LISTS` that are asked for; costs only on request.

    Unit cost and last direct cost are never taken along: they come from the goods. Raises: as `create_item`.
    """
    left_out = NOT_COPIED | (frozenset() if costs else _cost_columns())
    values = {
        column.attname: getattr(source, column.attname)
        for column in Item._meta.concrete_fields
        if column.attname not in left_out
    }
    text = description or source.description
    with transaction.atomic():
        copy = create_item(Item(**values, no=no, description=text, sort_key=sort_key(text)), today=today)
        for name in COPIED_LISTS:
            if name in lists:
                _copy_rows(getattr(source, name).order_by("pk"), copy)
        changelog.record(user, None, changelog.snapshot(copy), _("Copy of %(no)s") % {"no": source.no})
    return copy


def set_blocked(item: Item, *, blocked: bool, user: Any, reason: str = "") -> None:
    """Block an item for every posting, or open it again, with the reason in the change log."""
    with transaction.atomic():
        item = Item.objects.select_for_update(no_key=True).get(pk=item.pk)
        before = changelog.snapshot(item)
        item.blocked = blocked
        item.save(update_fields=["blocked", "updated_at"])
        changelog.record(user, before, changelog.snapshot(item), reason)


def _cost_columns() -> frozenset[str]:
    """Costs that somebody set on the card, and the shares that they are made of."""
    shares = {
        column.attname for column in Item._meta.concrete_fields if column.attname.endswith(("_share", "_overhead"))
    }
    return frozenset({"standard_cost", "indirect_cost_percent", "overhead_rate", *shares})


def _copy_rows(rows: Any, copy: Item) -> None:
    """Give the copy rows like those of its source. Rows point to the item by `item`, components by `parent`."""
    made: list[Model] = []
    for row in rows:
        row.pk = None
        row._state.adding = True
        setattr(row, "parent_id" if hasattr(row, "parent_id") else "item_id", copy.pk)
        if getattr(row, "variant_id", None):
            row.variant_id = None
        made.append(row)
    if made:
        type(made[0])._base_manager.bulk_create(made)
