"""Post inventory cost to G/L: the batch job over the queue of value entries that wait.

`runs` is the run with its log, `batches` posts some entries with a fixed number of statements, `routes` says which
account each role of a group of entries stands for, `causes` why one cannot be posted and what cures it.
"""

from costing.post_to_gl.runs import PostToGLResult, check_request, post_inventory_cost

__all__ = ["PostToGLResult", "check_request", "post_inventory_cost"]
