"""Post inventory cost to G/L: the batch job over the queue of value entries that wait.

`runs` is the run with its log, `batches` posts some entries with a fixed number of statements, `routes` says which
account each role of a group of entries stands for.
"""

from costing.post_to_gl.runs import PostToGLResult, post_inventory_cost

__all__ = ["PostToGLResult", "post_inventory_cost"]
