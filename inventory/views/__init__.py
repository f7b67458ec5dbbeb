"""The pages of items, documents, stock and the item sub-ledger."""
