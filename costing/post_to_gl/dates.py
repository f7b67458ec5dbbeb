"""Posting dates that the general ledger does not take, with the setup that says so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from config.base.errors import ErrorCode
from costing.post_to_gl.causes import Fault
from ledger import checks as ledger_checks
from ledger.models import LedgerSetup


def date_faults(dates: Collection[date]) -> dict[date, Fault]:
    """Return what is wrong with each date that cannot be posted."""
    refused = ledger_checks.refused_dates(dates)
    if not refused:
        return {}
    setup = LedgerSetup.load()
    return {on: Fault(ErrorCode.PERIOD_CLOSED.value, text, _cure(on, setup)) for on, text in refused.items()}


def _cure(on: date, setup: LedgerSetup) -> str:
    before = setup.allow_posting_from is not None and on < setup.allow_posting_from
    after = setup.allow_posting_to is not None and on > setup.allow_posting_to
    return "ledger_setup" if before or after else "periods"
