"""The kinds of data that can be imported."""

from __future__ import annotations

from costing.imports.counts import COUNTS
from costing.imports.documents import PURCHASES, SALES
from costing.imports.journals import BALANCES, JOURNAL
from costing.imports.kind import Group, Kind, refusals
from costing.imports.masters import CUSTOMERS, ITEMS, LOCATIONS, PRICES, VENDORS
from costing.imports.price_lists import PRICE_LIST

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (ITEMS, PRICES, PRICE_LIST, LOCATIONS, VENDORS, CUSTOMERS, PURCHASES, SALES, JOURNAL, COUNTS, BALANCES)
}

__all__ = ["KINDS", "Group", "Kind", "refusals"]
