"""What people may do: the names of all capabilities, as the pages speak of them (plain data).

The permission of ``cost.view`` is ``base.cost_view``. Labels are English here: Django stores them with the permission.
"""

CAPABILITIES: dict[str, str] = {
    "item.view": "View items",
    "item.edit": "Create and change items",
    "stock.view": "View stock, entries and availability",
    "location.view": "View locations",
    "document.view": "View documents and partners",
    "document.edit": "Create and change purchase and sales documents",
    "purchase.receive": "Post purchase receipts",
    "purchase.invoice": "Post purchase invoices and item charges",
    "sale.ship": "Post sales shipments",
    "sale.invoice": "Post sales invoices",
    "transfer.edit": "Create and change transfer orders",
    "transfer.post": "Ship and receive transfers",
    "count.record": "Record counts",
    "count.post": "Post counts",
    "adjust.post": "Post the adjustment journal",
    "reclass.post": "Post the reclassification journal",
    "reserve.edit": "Reserve stock",
    "assembly.post": "Post assembly orders",
    "production.post": "Post production orders",
    "scan.use": "Use the scan station",
    "cost.view": "See cost and value",
    "cost.adjust": "Adjust cost",
    "cost.revalue": "Revalue stock",
    "std.implement": "Implement standard costs",
    "gl.view": "View the general ledger",
    "gl.post_inventory": "Post inventory cost to the general ledger",
    "gl.journal": "Post the general journal",
    "period.close": "Close inventory periods",
    "period.reopen": "Reopen inventory periods",
    "close.run": "Recalculate and close inventory",
    "close.reverse": "Reverse an inventory close",
    "recon.view": "View the reconciliation",
    "recon.sign": "Sign the reconciliation",
    "report.view": "View reports",
    "audit.view": "View the audit trail and health",
    "export": "Export lists",
    "setup.edit": "Change the setup",
    "users.manage": "Manage users and groups",
    "job.manage": "Manage all background jobs",
}


def codename(name: str) -> str:
    """Return the permission's codename: ``cost.view`` -> ``cost_view``."""
    return name.replace(".", "_")


def permission(name: str) -> str:
    """Return the full permission as ``has_perm`` takes it: ``cost.view`` -> ``base.cost_view``."""
    return f"base.{codename(name)}"
