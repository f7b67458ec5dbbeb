"""Capabilities and groups: who may do what, and the seed that makes it so.

The seed runs after every migration. It gives each group what it should have once: what an administrator takes away
later stays away, and a capability that a later version brings is given to its groups by then.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from config.base.capability_names import CAPABILITIES, codename, permission
from config.base.models import Company, SeededGrant

__all__ = ["CAPABILITIES", "GROUPS", "codename", "permission", "seed", "with_implied"]

# Who may edit may view; who posts a document may view it.
IMPLIED: dict[str, tuple[str, ...]] = {
    "item.edit": ("item.view",),
    "document.edit": ("document.view",),
    "purchase.receive": ("document.view",),
    "purchase.invoice": ("document.view",),
    "sale.ship": ("document.view",),
    "sale.invoice": ("document.view",),
    "transfer.edit": ("stock.view", "location.view"),
    "transfer.post": ("stock.view", "location.view"),
    "count.record": ("stock.view",),
    "count.post": ("count.record",),
    "adjust.post": ("stock.view",),
    "reclass.post": ("stock.view",),
    "reserve.edit": ("stock.view",),
    "assembly.post": ("stock.view",),
    "production.post": ("stock.view",),
    "gl.journal": ("gl.view",),
    "gl.post_inventory": ("gl.view",),
    "recon.sign": ("recon.view",),
    "cost.adjust": ("cost.view",),
    "cost.revalue": ("cost.view",),
    "std.implement": ("cost.view",),
}

# Every group exports what it sees, and cost only where it sees that; an administrator may take it from a group.
_CLERK = (
    "item.view",
    "stock.view",
    "purchase.receive",
    "sale.ship",
    "transfer.post",
    "count.record",
    "scan.use",
    "export",
)
_LEAD = (
    *_CLERK,
    "count.post",
    "adjust.post",
    "reclass.post",
    "reserve.edit",
    "transfer.edit",
    "location.view",
    "assembly.post",
    "production.post",
)
_ACCOUNTANT = (
    "item.view",
    "stock.view",
    "document.view",
    "cost.view",
    "purchase.invoice",
    "sale.invoice",
    "cost.adjust",
    "cost.revalue",
    "gl.view",
    "gl.post_inventory",
    "recon.view",
    "report.view",
    "export",
)
_CONTROLLER = (
    *_ACCOUNTANT,
    "std.implement",
    "period.close",
    "period.reopen",
    "close.run",
    "close.reverse",
    "gl.journal",
    "recon.sign",
)

ADMINISTRATOR = "Administrator"

GROUPS: dict[str, tuple[str, ...]] = {
    "Warehouse clerk": _CLERK,
    "Warehouse lead": _LEAD,
    "Purchaser / Sales": ("item.edit", "document.edit", "stock.view", "export"),
    "Accountant": _ACCOUNTANT,
    "Controller": _CONTROLLER,
    "Auditor": (*tuple(name for name in CAPABILITIES if name.endswith(".view")), "export"),
    ADMINISTRATOR: ("setup.edit", "users.manage", "job.manage", "audit.view", "export"),
}


def with_implied(names: Iterable[str]) -> list[str]:
    """Return the capabilities and all that they imply, in the order of ``CAPABILITIES``."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(IMPLIED.get(name, ()))
    return [name for name in CAPABILITIES if name in found]


def seed() -> None:
    """Make the company row, the groups and their permissions where they are missing. May run any number of times."""
    with transaction.atomic():
        Company.objects.get_or_create(pk=1)
        permissions = {
            f"{label}.{name}": pk
            for pk, label, name in Permission.objects.values_list("pk", "content_type__app_label", "codename")
        }
        for group_name, names in GROUPS.items():
            wanted = [permission(name) for name in with_implied(names)]
            if group_name == ADMINISTRATOR:
                wanted += _admin_permissions()
            _grant(group_name, {name: permissions[name] for name in wanted if name in permissions})


def seed_after_migrate(**_signal: Any) -> None:
    """Receive ``post_migrate`` of the last app. A partial migration may not have our tables yet."""
    if {Company._meta.db_table, SeededGrant._meta.db_table} <= set(connection.introspection.table_names()):
        seed()


def _grant(group_name: str, wanted: dict[str, int]) -> None:
    """Give a group the permissions that it was never given before."""
    given = set(SeededGrant.objects.filter(group_name=group_name).values_list("permission", flat=True))
    new = [name for name in wanted if name not in given]
    if not new:
        return
    group = Group.objects.filter(name=group_name).first()
    if group is None:
        if given:  # Renamed or deleted by an administrator.
            return
        group = Group.objects.create(name=group_name)
    group.permissions.add(*(wanted[name] for name in new))
    SeededGrant.objects.bulk_create(
        [SeededGrant(group_name=group_name, permission=name) for name in new], ignore_conflicts=True
    )


def _admin_permissions() -> list[str]:
    """Return Django's own permissions for the models that Django admin shows: setup, not the read-only ledgers."""
    names: dict[str, None] = {}
    for model, model_admin in admin.site._registry.items():
        actions = ["view"] if getattr(model_admin, "read_only", False) else ["add", "change", "view"]
        # Rows that are edited inside another record's page have permissions of their own.
        for shown in (model, *(inline.model for inline in model_admin.inlines)):
            names.update({f"{shown._meta.app_label}.{action}_{shown._meta.model_name}": None for action in actions})
    return list(names)
