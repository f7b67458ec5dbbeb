"""Accounting periods, the closing of a year and the trial balance in the browser."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger import selectors
from ledger.enums import IncomeBalance
from ledger.journals import post_general_journal
from ledger.models import AccountingPeriod, GeneralJournalLine, GLAccount, GLTransaction
from tests import factories
from tests.web.costing_books import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(client):
    """COGS 300.00 against inventory in February, 20.00 in May 2026; retained earnings 2050."""
    books = factories.company(years=range(2026, 2028))
    GLAccount.objects.create(no="2050", name="Retained earnings", income_balance=IncomeBalance.BALANCE_SHEET)
    books.user = sign_in(client, "controller")
    for on, amount in ((date(2026, 2, 3), "300"), (date(2026, 5, 5), "20")):
        common = {"owner": books.user, "posting_date": on}
        lines = [
            GeneralJournalLine(line_no=1, gl_account=books.account("cogs"), amount=Decimal(amount), **common),
            GeneralJournalLine(line_no=2, gl_account=books.account("inventory"), amount=-Decimal(amount), **common),
        ]
        post_general_journal(lines=lines, user_id=books.user.pk)
    return books


class TestTrialBalance:
    QUERY = "?date_from=2026-05-01&date_to=2026-05-31"

    def test_figures_lead_to_entries_that_total_the_same(self, client, books):
        page = client.get(reverse("ledger:trial_balance") + self.QUERY)

        rows = {row.key: row for row in page.context["matrix"].rows}
        cogs = rows[books.account("cogs").no].cells
        assert [cogs[name].value for name in ("opening", "debit", "credit", "closing")] == [300, 20, 0, 320]
        for row in rows.values():
            for name, cell in row.cells.items():
                listed = client.get(cell.url).context["view"].totals_found.sums["amount"]
                assert listed == (-cell.value if name == "credit" else cell.value)
        (total,) = page.context["matrix"].foot
        assert [total.cells[name].value for name in ("opening", "debit", "credit", "closing")] == [0, 20, 20, 0]

    def test_is_a_file_too(self, client, books):
        url = reverse("ledger:trial_balance_export", kwargs={"export_format": "json"}) + self.QUERY

        found = json.loads(client.get(url).getvalue())

        assert found["totals"] == {"opening": "0.00", "debit": "20.00", "credit": "20.00", "closing": "0.00"}

    def test_queries_do_not_grow_with_the_accounts(self, client, books):
        counts = []
        client.get(reverse("ledger:trial_balance") + self.QUERY)
        for number in (1, 30):
            for each in range(number):
                GLAccount.objects.get_or_create(no=f"9{each:03}", defaults={"name": "More"})
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("ledger:trial_balance") + self.QUERY)
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_is_refused_to_the_clerk(self, client, books):
        sign_in(client, "clerk")

        assert client.get(reverse("ledger:trial_balance")).status_code == 403


class TestPeriods:
    def test_a_year_is_made_with_the_first_day_of_the_next(self, client, books):
        last = AccountingPeriod.objects.order_by("-starting_date").first()
        assert last.starting_date == date(2027, 12, 1)

        client.post(reverse("ledger:year_create"), {"start": "2028-01-01", "periods": "12"})

        made = AccountingPeriod.objects.filter(starting_date__gte=date(2028, 1, 1)).order_by("starting_date")
        assert [period.new_fiscal_year for period in made] == [True] + [False] * 11 + [True]
        assert made.last().starting_date == date(2029, 1, 1)

    def test_a_year_that_is_there_is_refused(self, client, books):
        page = client.post(reverse("ledger:year_create"), {"start": "2026-01-01", "periods": "12"})

        assert page.status_code == 422
        assert "There are accounting periods from 2026-02-01 on already" in page.content.decode()

    def test_a_period_is_closed_and_opened(self, client, books):
        period = AccountingPeriod.objects.get(starting_date=date(2026, 3, 1))
        url = reverse("ledger:period_change", args=[period.pk])

        client.post(url)
        period.refresh_from_db()
        assert period.closed
        client.post(url)
        period.refresh_from_db()
        assert not period.closed

    def test_list_says_the_fiscal_year_and_hides_the_change_from_others(self, client, books):
        page = client.get(reverse("ledger:period_list") + "?fiscal_year=2026-01-01")
        assert page.context["count"] == 12
        assert "/change/" in page.content.decode()

        sign_in(client, "accountant")
        assert "/change/" not in client.get(reverse("ledger:period_list")).content.decode()
        period = AccountingPeriod.objects.first()
        assert client.post(reverse("ledger:period_change", args=[period.pk])).status_code == 403


class TestClosingTheYear:
    DATA = {"end": "2026-12-31", "retained_earnings": "2050"}

    def test_preview_shows_the_voucher_and_changes_nothing(self, client, books):
        page = client.post(reverse("ledger:year_close"), {**self.DATA, "_preview": "1"}).content.decode()

        assert 'data-value="-320.00"' in page
        assert "Retained earnings" in page
        assert selectors.balance("2050") == 0

    def test_empties_the_income_accounts(self, client, books):
        page = client.post(reverse("ledger:year_close"), self.DATA)

        voucher = GLTransaction.objects.get(source_code="CLSINCOME")
        assert page.url == reverse("ledger:voucher_detail", args=[voucher.pk])
        assert selectors.balance("2050") == Decimal(320)
        assert AccountingPeriod.objects.filter(closed=True).count() == 12

    def test_only_balance_sheet_accounts_take_the_result(self, client, books):
        page = client.post(reverse("ledger:year_close"), {**self.DATA, "retained_earnings": books.account("cogs").no})

        assert page.status_code == 422
        assert not GLTransaction.objects.filter(source_code="CLSINCOME").exists()

    def test_is_refused_to_the_accountant(self, client, books):
        sign_in(client, "accountant")

        assert client.get(reverse("ledger:year_close")).status_code == 403
