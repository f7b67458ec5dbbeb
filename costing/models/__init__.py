"""Posting setups, value entries, adjustment runs, periods and closes."""

from costing.models.adjustment import (
    AdjustmentPlanLine,
    AdjustmentRun,
    AdjustmentRunItem,
    AvgCostAdjmtEntryPoint,
    CostChange,
    InventoryAdjmtEntryOrder,
    ItemBalance,
    ItemCostState,
)
from costing.models.closing import (
    CloseLogLine,
    ClosePlanLine,
    ClosingTransfer,
    InventoryClose,
    InventoryPeriod,
    InventoryPeriodEntry,
    Mark,
    Settlement,
)
from costing.models.entries import GLItemLedgerRelation, ValueEntry, ValueEntryToPost
from costing.models.imports import ImportRun, ImportState
from costing.models.journals import RevaluationJournalLine, StandardCostWorksheetLine
from costing.models.posting_runs import PostToGLRun, SkippedEntry
from costing.models.setup import AccountSet, CostingSetup, GeneralPostingSetup, InventoryPostingSetup

__all__ = [
    "AccountSet",
    "AdjustmentPlanLine",
    "AdjustmentRun",
    "AdjustmentRunItem",
    "AvgCostAdjmtEntryPoint",
    "CloseLogLine",
    "ClosePlanLine",
    "ClosingTransfer",
    "CostChange",
    "CostingSetup",
    "GLItemLedgerRelation",
    "GeneralPostingSetup",
    "ImportRun",
    "ImportState",
    "InventoryAdjmtEntryOrder",
    "InventoryClose",
    "InventoryPeriod",
    "InventoryPeriodEntry",
    "InventoryPostingSetup",
    "ItemBalance",
    "ItemCostState",
    "Mark",
    "PostToGLRun",
    "RevaluationJournalLine",
    "Settlement",
    "SkippedEntry",
    "StandardCostWorksheetLine",
    "ValueEntry",
    "ValueEntryToPost",
]
