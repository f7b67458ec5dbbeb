"""Inventory close: settle what items settled at close have open, adjust it, and shut the period.

`runs` closes, rehearses and recalculates; `reversing` takes a run back; `on_hand` revalues what a close left open.
`loading` reads, `planning` and `calculation` work out in memory, `storing` writes.
Source: inventory-close; docs/algorithms/inventory-close.md.
"""

from costing.closing.on_hand import NewValue, adjust_on_hand, adjust_receipt
from costing.closing.reversing import reverse_close
from costing.closing.runs import CloseResult, Options, close_inventory, give_up

__all__ = [
    "CloseResult",
    "NewValue",
    "Options",
    "adjust_on_hand",
    "adjust_receipt",
    "close_inventory",
    "give_up",
    "reverse_close",
]
