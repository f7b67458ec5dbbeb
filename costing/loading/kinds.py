"""The engine's kinds of values, and the words that value entries have for them."""

from __future__ import annotations

from costing.engine.books import VARIANCES, Kind
from costing.enums import ValueEntryType, VarianceType

_VARIANCE_TYPES = {
    Kind.PURCHASE_VARIANCE: VarianceType.PURCHASE,
    Kind.MATERIAL_VARIANCE: VarianceType.MATERIAL,
    Kind.CAPACITY_VARIANCE: VarianceType.CAPACITY,
    Kind.SUBCONTRACTED_VARIANCE: VarianceType.SUBCONTRACTED,
    Kind.CAPACITY_OVERHEAD_VARIANCE: VarianceType.CAPACITY_OVERHEAD,
    Kind.MANUFACTURING_OVERHEAD_VARIANCE: VarianceType.MANUFACTURING_OVERHEAD,
    Kind.NON_INVENTORY_VARIANCE: VarianceType.MATERIAL_NON_INVENTORY,
    Kind.PRICE_DIFFERENCE: VarianceType.PRICE_DIFFERENCE,
}

VALUE_WORDS: dict[Kind, tuple[str, str]] = {
    Kind.DIRECT: (ValueEntryType.DIRECT_COST.value, ""),
    Kind.INDIRECT: (ValueEntryType.INDIRECT_COST.value, ""),
    Kind.REVALUATION: (ValueEntryType.REVALUATION.value, ""),
    Kind.ROUNDING: (ValueEntryType.ROUNDING.value, ""),
    Kind.NON_INVENTORY: (ValueEntryType.DIRECT_COST_NON_INVENTORY.value, ""),
} | {kind: (ValueEntryType.VARIANCE.value, word.value) for kind, word in _VARIANCE_TYPES.items()}
"""The value entry type and the variance type of each kind."""

KINDS: dict[tuple[str, str], Kind] = {words: kind for kind, words in VALUE_WORDS.items()}

VARIANCE_POSITIONS = "ARRAY[" + ", ".join(f"'{_VARIANCE_TYPES[kind].value}'" for kind in VARIANCES) + "]::varchar[]"
"""SQL: the variance types in the order of the numbers of their kinds, counted from 1."""
