"""Django admin of costing: setups and posting setups to edit; value entries, runs and closes to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from config.base import locks
from config.base.admin import ReadOnlyAdmin, SetupAdmin
from config.base.transactions import PostingContext
from costing import models as costing
from costing import setup_changes
from costing.enums import GENERAL_POSTING_ROLES, INVENTORY_POSTING_ROLES
from costing.forms import CostingSetupForm
from costing.item_forms import ItemAdminForm
from inventory.admin import ItemAdmin
from inventory.models import Item

admin.site.unregister(Item)


@admin.register(Item)
class CostedItemAdmin(ItemAdmin):
    """The card as inventory has it; overhead does not change while orders wait to be adjusted."""

    form = ItemAdminForm


@admin.register(costing.CostingSetup)
class CostingSetupAdmin(SetupAdmin):
    form = CostingSetupForm
    list_display = [
        "starting_date",
        "automatic_cost_posting",
        "expected_cost_posting",
        "automatic_cost_adjustment",
        "average_cost_period",
        "average_cost_calculation",
        "earliest_allowed_valuation_date",
    ]
    list_filter = ["automatic_cost_posting", "expected_cost_posting", "average_cost_period"]
    search_fields = ["starting_date"]
    ordering = ["-starting_date"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the record; what reaches back to what is posted is changed by its use case, in the same transaction."""
        context = PostingContext(created_at=locks.lock_books(alone=True), preview=False)
        super().save_model(request, obj, form, change)
        if form.reaching_back:
            setup_changes.change_setup_within(context, changes=form.reaching_back, user=request.user)


@admin.register(costing.InventoryPostingSetup)
class InventoryPostingSetupAdmin(SetupAdmin):
    list_display = ["location", "inventory_posting_group", "inventory", "inventory_interim", "wip"]
    list_filter = ["location", "inventory_posting_group"]
    list_select_related = ["location", "inventory_posting_group", "inventory", "inventory_interim", "wip"]
    search_fields = ["location__code", "inventory_posting_group__code"]
    ordering = ["location__code", "inventory_posting_group__code"]
    autocomplete_fields = ["location", *(role.value for role in INVENTORY_POSTING_ROLES)]


@admin.register(costing.GeneralPostingSetup)
class GeneralPostingSetupAdmin(SetupAdmin):
    list_display = [
        "gen_bus_posting_group",
        "gen_prod_posting_group",
        "cogs",
        "inventory_adjustment",
        "direct_cost_applied",
        "blocked",
    ]
    list_filter = ["gen_bus_posting_group", "gen_prod_posting_group", "blocked"]
    list_select_related = [
        "gen_bus_posting_group",
        "gen_prod_posting_group",
        "cogs",
        "inventory_adjustment",
        "direct_cost_applied",
    ]
    search_fields = ["gen_bus_posting_group__code", "gen_prod_posting_group__code"]
    ordering = ["gen_bus_posting_group__code", "gen_prod_posting_group__code"]
    autocomplete_fields = [role.value for role in GENERAL_POSTING_ROLES]


class CostLedgerAdmin(ReadOnlyAdmin):
    """A ledger of values: it takes `cost.view` to see anything of it."""

    view_capability = "cost.view"
    ordering = ["-pk"]


@admin.register(costing.ValueEntry)
class ValueEntryAdmin(CostLedgerAdmin):
    list_display = [
        "pk",
        "posting_date",
        "valuation_date",
        "item_ledger_entry_type",
        "entry_type",
        "document_no",
        "item",
        "location",
        "cost_amount_actual",
        "cost_amount_expected",
        "adjustment",
    ]
    list_filter = ["entry_type", "item_ledger_entry_type", "adjustment", "expected_cost", "posting_date"]
    list_select_related = ["item", "location"]
    search_fields = ["=document_no", "=item__no", "=item_ledger_entry__pk"]


@admin.register(costing.AccountSet)
class AccountSetAdmin(CostLedgerAdmin):
    list_display = ["pk", "key"]
    search_fields = ["key"]


@admin.register(costing.GLItemLedgerRelation)
class GLItemLedgerRelationAdmin(CostLedgerAdmin):
    list_display = ["pk", "value_entry_id", "pair", "amount", "gl_entry_id", "balancing_gl_entry_id"]
    list_filter = ["pair"]
    search_fields = ["=value_entry__pk", "=gl_entry__pk"]


@admin.register(costing.ValueEntryToPost)
class ValueEntryToPostAdmin(CostLedgerAdmin):
    list_display = ["pk", "posting_date", "item"]
    list_filter = ["posting_date"]
    list_select_related = ["item"]
    search_fields = ["=item__no"]


@admin.register(costing.CostChange)
class CostChangeAdmin(CostLedgerAdmin):
    list_display = ["pk", "source_entry_id", "average_period_end", "item_ledger_entry_id", "quantity", "amount"]
    search_fields = ["=item_ledger_entry__pk", "=source_entry__pk"]


@admin.register(costing.AvgCostAdjmtEntryPoint)
class AvgCostAdjmtEntryPointAdmin(CostLedgerAdmin):
    list_display = ["pk", "item", "variant", "location", "valuation_date"]
    list_filter = ["valuation_date"]
    list_select_related = ["item", "variant", "location"]
    search_fields = ["=item__no"]


@admin.register(costing.ItemCostState)
class ItemCostStateAdmin(CostLedgerAdmin):
    list_display = ["item", "change_no", "adjusted_at", "excluded", "allow_online_adjustment"]
    list_filter = ["excluded", "allow_online_adjustment"]
    list_select_related = ["item"]
    search_fields = ["=item__no"]


@admin.register(costing.ItemBalance)
class ItemBalanceAdmin(CostLedgerAdmin):
    list_display = ["item", "variant", "location", "quantity", "invoiced_quantity", "cost"]
    list_select_related = ["item", "variant", "location"]
    search_fields = ["=item__no"]


@admin.register(costing.AdjustmentRun)
class AdjustmentRunAdmin(CostLedgerAdmin):
    list_display = ["pk", "state", "through", "preview", "online", "created_at", "finished_at"]
    list_filter = ["state", "preview", "online", "created_at"]
    search_fields = ["=pk"]


@admin.register(costing.AdjustmentRunItem)
class AdjustmentRunItemAdmin(CostLedgerAdmin):
    list_display = ["run", "item", "level", "state", "entries_read", "entries_made", "amount", "failure"]
    list_filter = ["state", "level"]
    list_select_related = ["run", "item"]
    search_fields = ["=item__no", "=run__pk"]


@admin.register(costing.PostToGLRun)
class PostToGLRunAdmin(CostLedgerAdmin):
    list_display = ["pk", "state", "through", "per_posting_group", "posted_count", "posted_amount", "skipped_count"]
    list_filter = ["state", "post", "per_posting_group", "created_at"]
    search_fields = ["=document_no"]


@admin.register(costing.SkippedEntry)
class SkippedEntryAdmin(CostLedgerAdmin):
    list_display = ["run", "value_entry_id", "code", "reason"]
    list_filter = ["code"]
    list_select_related = ["run"]
    search_fields = ["reason", "=value_entry__pk"]


@admin.register(costing.InventoryPeriod)
class InventoryPeriodAdmin(CostLedgerAdmin):
    """Read only: periods are closed and reopened on their own page, which checks what stands in the way."""

    list_display = ["ending_date", "name", "closed"]
    list_filter = ["closed"]
    search_fields = ["name"]
    ordering = ["-ending_date"]


@admin.register(costing.InventoryPeriodEntry)
class InventoryPeriodEntryAdmin(CostLedgerAdmin):
    list_display = ["pk", "period", "closed", "user", "reason", "created_at"]
    list_filter = ["closed"]
    list_select_related = ["period", "user"]
    search_fields = ["reason"]


@admin.register(costing.InventoryClose)
class InventoryCloseAdmin(CostLedgerAdmin):
    list_display = ["pk", "kind", "closing_date", "state", "rehearsal", "user", "created_at"]
    list_filter = ["kind", "state", "rehearsal"]
    list_select_related = ["user"]
    search_fields = ["=pk"]


@admin.register(costing.CloseLogLine)
class CloseLogLineAdmin(CostLedgerAdmin):
    list_display = ["pk", "close", "item", "code", "message"]
    list_filter = ["code"]
    list_select_related = ["close", "item"]
    search_fields = ["message", "=item__no"]


@admin.register(costing.Settlement)
class SettlementAdmin(CostLedgerAdmin):
    list_display = ["pk", "close", "item", "issue_id", "receipt_id", "quantity", "amount", "cancelled_by"]
    list_filter = ["marked"]
    list_select_related = ["close", "item", "cancelled_by"]
    search_fields = ["=item__no", "=issue__pk", "=receipt__pk"]
