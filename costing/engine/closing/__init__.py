"""Matching the issues of a pool with its receipts, as an inventory close does. No models, no clock."""

from costing.engine.closing.pools import Closing, Layer, Mark, Match, Pool, Transfer, Unsettled
from costing.engine.closing.settle import settle

__all__ = ["Closing", "Layer", "Mark", "Match", "Pool", "Transfer", "Unsettled", "settle"]
