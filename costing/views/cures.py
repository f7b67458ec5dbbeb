"""From a cure as a run wrote it down to the page of the record that has to be mended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from costing.models import CostingSetup, GeneralPostingSetup, InventoryPostingSetup
from inventory.models import GenBusPostingGroup, GenProdPostingGroup, InventoryPostingGroup, Location
from ledger.models import GLAccount

SETUP_EDIT = "base.setup_edit"


@dataclass(frozen=True, slots=True)
class Cure:
    """The words of the link, and its address; blank where the user may not open it."""

    label: str
    url: str = ""


def cure_of(text: str, user: Any) -> Cure:
    """Return the link to the record; a posting setup line that is missing is a new one, filled in. Few queries."""
    kind, _colon, keys = text.partition(":")
    if kind == "account":
        return _account(keys, user)
    finders = {
        "inventory_setup": _inventory_setup,
        "general_setup": _general_setup,
        "ledger_setup": _ledger_setup,
        "periods": _periods,
        "costing_setup": _costing_setup,
    }
    if kind not in finders:
        return Cure("")
    found = finders[kind](keys)
    return found if (user.is_staff and user.has_perm(SETUP_EDIT)) or kind == "periods" else Cure(found.label)


def _account(no: str, user: Any) -> Cure:
    label = _("G/L account %(no)s") % {"no": no}
    account = GLAccount.objects.filter(no=no).first()
    if account is None:
        return Cure(label)
    if user.is_staff and user.has_perm(SETUP_EDIT):
        return Cure(label, reverse("admin:ledger_glaccount_change", args=[account.pk]))
    return Cure(label, reverse("ledger:glaccount_detail", args=[no]) if user.has_perm("base.gl_view") else "")


def _inventory_setup(keys: str) -> Cure:
    location, group = _keys(keys)
    line = InventoryPostingSetup.objects.filter(location=location, inventory_posting_group=group).first()
    codes = (_code(Location, location), _code(InventoryPostingGroup, group))
    label = _("Inventory posting setup %(line)s") % {"line": " + ".join(codes)}
    return Cure(
        label,
        _line_url("inventorypostingsetup", line, {"location": location, "inventory_posting_group": group}),
    )


def _general_setup(keys: str) -> Cure:
    business, product = _keys(keys)
    lines = GeneralPostingSetup.objects.filter(gen_bus_posting_group=business, gen_prod_posting_group=product)
    codes = (_code(GenBusPostingGroup, business), _code(GenProdPostingGroup, product))
    label = _("General posting setup %(line)s") % {"line": " + ".join(codes)}
    return Cure(
        label,
        _line_url(
            "generalpostingsetup", lines.first(), {"gen_bus_posting_group": business, "gen_prod_posting_group": product}
        ),
    )


def _line_url(model: str, line: Any, fields: dict[str, int | None]) -> str:
    if line is not None:
        return reverse(f"admin:costing_{model}_change", args=[line.pk])
    query = urlencode({name: value for name, value in fields.items() if value})
    return f"{reverse(f'admin:costing_{model}_add')}?{query}"


def _ledger_setup(_keys: str) -> Cure:
    return Cure(_("General ledger setup"), reverse("admin:ledger_ledgersetup_change", args=[1]))


def _periods(_keys: str) -> Cure:
    return Cure(_("Accounting periods"), reverse("ledger:period_list"))


def _costing_setup(_keys: str) -> Cure:
    setup = CostingSetup.objects.order_by("-starting_date").first()
    url = reverse("admin:costing_costingsetup_changelist")
    return Cure(_("Costing setup"), reverse("admin:costing_costingsetup_change", args=[setup.pk]) if setup else url)


def _keys(text: str) -> tuple[int | None, int | None]:
    first, _colon, second = text.partition(":")
    return int(first) if first else None, int(second) if second else None


def _code(model: Any, key: int | None) -> str:
    code = model.objects.filter(pk=key).values_list("code", flat=True).first() if key else None
    return code or _("blank")
