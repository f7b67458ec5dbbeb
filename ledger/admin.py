"""Django admin of the general ledger: accounts, periods and setup to edit; registers and entries to read."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from config.base.admin import ChangeLogAdmin, ReadOnlyAdmin, SetupAdmin
from ledger.models import AccountingPeriod, GLAccount, GLEntry, GLRegister, GLTransaction, LedgerSetup


@admin.register(GLAccount)
class GLAccountAdmin(ChangeLogAdmin):
    list_display = ["no", "name", "account_type", "income_balance", "category", "parent", "direct_posting", "blocked"]
    list_filter = ["account_type", "income_balance", "category", "direct_posting", "blocked"]
    list_select_related = ["parent"]
    search_fields = ["no", "name"]
    ordering = ["no"]
    autocomplete_fields = ["parent"]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """An account with entries keeps its number and its nature."""
        in_use = obj is not None and GLEntry.objects.filter(gl_account=obj.pk).exists()
        return ["no", "account_type", "income_balance"] if in_use else []


@admin.register(AccountingPeriod)
class AccountingPeriodAdmin(SetupAdmin):
    list_display = ["starting_date", "name", "new_fiscal_year", "closed"]
    list_filter = ["new_fiscal_year", "closed"]
    search_fields = ["name"]
    ordering = ["-starting_date"]


@admin.register(LedgerSetup)
class LedgerSetupAdmin(SetupAdmin):
    single_row = True
    list_display = ["__str__", "allow_posting_from", "allow_posting_to", "general_journal_series"]


@admin.register(GLRegister)
class GLRegisterAdmin(ReadOnlyAdmin):
    view_capability = "gl.view"
    list_display = ["pk", "source_code", "user", "created_at"]
    list_filter = ["source_code", "created_at"]
    list_select_related = ["user"]
    search_fields = ["=pk"]
    ordering = ["-pk"]


@admin.register(GLTransaction)
class GLTransactionAdmin(ReadOnlyAdmin):
    view_capability = "gl.view"
    list_display = ["pk", "posting_date", "document_no", "source_code", "description", "line_count", "reverses_id"]
    list_filter = ["source_code", "posting_date"]
    search_fields = ["=document_no"]
    ordering = ["-pk"]


@admin.register(GLEntry)
class GLEntryAdmin(ReadOnlyAdmin):
    view_capability = "gl.view"
    list_display = ["pk", "posting_date", "document_no", "gl_account", "description", "amount", "system_created"]
    list_filter = ["source_code", "system_created", "gl_account", "posting_date"]
    list_select_related = ["gl_account"]
    search_fields = ["=document_no", "=gl_account__no"]
    ordering = ["-pk"]
