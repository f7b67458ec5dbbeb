"""Bills of material: no item is part of itself, and components stand below what they are part of."""

from __future__ import annotations

from django.db import transaction

from inventory import low_level_codes
from inventory.models import BomLine


def save_bom_line(line: BomLine) -> BomLine:
    """Store a component of a bill of material, and let it stand below its product.

    Raises: CircularStructure, TooManyLevels; then nothing is written.
    """
    with transaction.atomic():
        low_level_codes.check_component(product_id=line.parent_id, component_id=line.component_id)
        line.save()
        low_level_codes.raise_codes(product_id=line.parent_id, component_ids=[line.component_id])
    return line
