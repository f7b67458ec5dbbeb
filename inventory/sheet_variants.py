"""Variants of a row's item: their codes mean something only together with the item."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from config.base.sheets import ParsedRow, RowProblem
from inventory.models import Variant


def resolve_variants(rows: Sequence[ParsedRow]) -> Iterable[RowProblem]:
    """Put the variant records in the place of their codes, in one query; name the codes that the item lacks."""
    wanted = [row for row in rows if row["variant"] is not None]
    if not wanted:
        return
    item_ids = {row.key("item_no") for row in wanted}
    found = {(variant.item_id, variant.code): variant for variant in Variant.objects.filter(item__in=item_ids)}
    for row in wanted:
        code, item = row["variant"], row["item_no"]
        row.values["variant"] = found.get((item.pk, code)) if item else None
        if item and row["variant"] is None:
            message = _("%(item)s has no variant “%(code)s”.") % {"item": item, "code": code}
            yield RowProblem(row.line_no, "variant", message)
