"""The use cases that post: one function each, one transaction, all or nothing."""
