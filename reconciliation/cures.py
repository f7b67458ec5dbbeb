"""Where each cause of a difference is cured: a button that leads there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.pages import Action
from ledger.enums import SourceCode
from reconciliation.enums import Cause

SETUP = "base.setup_edit"
GL_VIEW = "base.gl_view"
JOURNAL = "base.gl_journal"
POST = "base.gl_post_inventory"

_GENERAL_JOURNAL: tuple[Any, ...] = (_("Open general journal"), "ledger:journal", "", JOURNAL)
_POSTING_SETUP: tuple[Any, ...] = (
    _("Open general posting setup"),
    "admin:costing_generalpostingsetup_changelist",
    "",
    SETUP,
)
_INVENTORY_SETUP: tuple[Any, ...] = (
    _("Open inventory posting setup"),
    "admin:costing_inventorypostingsetup_changelist",
    "",
    SETUP,
)

CURES: dict[Cause, tuple[tuple[Any, ...], ...]] = {
    Cause.EXPECTED_COST_SETUP: ((_("Open costing setup"), "admin:costing_costingsetup_changelist", "", SETUP),),
    Cause.NOT_POSTED: ((_("Post these to G/L"), "costing:gl_post", "", POST),),
    Cause.MISSING_ACCOUNT: (_POSTING_SETUP, _INVENTORY_SETUP),
    Cause.BLOCKED_ACCOUNT: ((_("Show blocked accounts"), "ledger:glaccount_list", "?blocked=yes", GL_VIEW),),
    Cause.ACCOUNT_CHANGED: (_GENERAL_JOURNAL,),
    Cause.SIMILAR_ACCOUNTS: (_POSTING_SETUP, _INVENTORY_SETUP),
    Cause.POSTED_TWICE: (_GENERAL_JOURNAL,),
    Cause.REVERSED_BY_HAND: (_GENERAL_JOURNAL,),
    Cause.DIRECT_POSTING: (_GENERAL_JOURNAL,),
    Cause.POSTING_DATE: ((_("Show all dates"), "reconciliation:matrix", "?show=1&warning=1", ""),),
    Cause.CLOSED_FISCAL_YEAR: (
        (_("Show closing entries"), "ledger:glentry_list", f"?source_code={SourceCode.YEAR_END.value}", GL_VIEW),
    ),
}
"""Label, URL name, query and permission of the cures. What is missing here is cured outside this program."""


def cures_of(causes: Collection[Cause]) -> list[Action]:
    """The buttons of some causes, each once, in the order of the causes."""
    found = dict.fromkeys(cure for cause in Cause if cause in causes for cure in CURES.get(cause, ()))
    return [Action(label, reverse(name) + query, permission=permission) for label, name, query, permission in found]
