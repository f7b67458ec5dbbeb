"""Inventory close: settle what items settled at close have open, adjust it, and shut the period.

`runs` closes, rehearses and recalculates; `reversing` takes a run back; `on_hand` revalues what a close left open.
`loading` reads, `planning` and `calculation` work out in memory, `storing` writes.
Source: inventory-close; docs/algorithms/inventory-close.md.
"""

from costing.closing.on_hand import (
    NewValue,
    PlannedValue,
    adjust_on_hand,
    adjust_receipt,
    plan_on_hand,
    plan_receipt,
)
from costing.closing.reversing import check_reversible, reverse_close
from costing.closing.runs import CloseResult, Options, check_start, close_inventory, give_up

__all__ = [
    "CloseResult",
    "NewValue",
    "Options",
    "PlannedValue",
    "adjust_on_hand",
    "adjust_receipt",
    "check_reversible",
    "check_start",
    "close_inventory",
    "give_up",
    "plan_on_hand",
    "plan_receipt",
    "reverse_close",
]
