"""Tables of the costing lists. Every figure links to the entries behind it."""

from costing.tables.entries import BehindValueTable, CostChangeTable, RelationTable, ValueEntryTable, WaitingTable
from costing.tables.runs import AdjustmentRunTable, CostStatusTable, PostToGLRunTable, RunItemTable, SkippedTable

__all__ = [
    "AdjustmentRunTable",
    "BehindValueTable",
    "CostChangeTable",
    "CostStatusTable",
    "PostToGLRunTable",
    "RelationTable",
    "RunItemTable",
    "SkippedTable",
    "ValueEntryTable",
    "WaitingTable",
]
