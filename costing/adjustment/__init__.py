"""Cost adjustment: bring the cost of items up to date with what happened to their sources.

`runs` starts a run and drives its workers, `claims` says which worker has which item, `batches` takes items through
load, compute and store, `plans` keeps what a preview would post, `automatic` adjusts within a posting.
Source: design-details-cost-adjustment.
"""

from costing.adjustment.automatic import adjust_after_posting
from costing.adjustment.runs import AdjustmentResult, adjust_cost, make_worker, start_run, unadjusted_item_ids, work

__all__ = [
    "AdjustmentResult",
    "adjust_after_posting",
    "adjust_cost",
    "make_worker",
    "start_run",
    "unadjusted_item_ids",
    "work",
]
