"""The pages of the general ledger: lists, cards, the journal; who may see and do what; how many queries."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.journals import post_general_journal
from ledger.models import GeneralJournalLine, GLAccount, GLEntry, GLTransaction
from tests import factories

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 31)


@pytest.fixture
def controller(client):
    factories.company()
    user = factories.user("controller")
    client.force_login(user)
    return user


@pytest.fixture
def accounts(controller):
    costs = GLAccount.objects.create(no="6000", name="Costs", account_type="heading")
    rent = GLAccount.objects.create(no="6300", name="Rent", parent=costs)
    return {"rent": rent, "bank": GLAccount.objects.create(no="1920", name="Bank")}


@pytest.fixture
def post(accounts, controller):
    def post(amount, *, on=MARCH, text="Rent of March"):
        common = {"owner": controller, "posting_date": on, "description": text}
        lines = [
            GeneralJournalLine(line_no=1, gl_account=accounts["rent"], amount=Decimal(amount), **common),
            GeneralJournalLine(line_no=2, gl_account=accounts["bank"], amount=-Decimal(amount), **common),
        ]
        return post_general_journal(lines=lines, user_id=controller.pk)

    return post


def rows_of(client, name, query="", args=()):
    """The list as JSON: the same query as the page."""
    url = reverse(f"ledger:{name}_export", kwargs={"export_format": "json"})
    return json.loads(client.get(f"{url}?{query}").getvalue())


class TestChartOfAccounts:
    def test_heading_sums_what_stands_below_and_drills(self, client, post):
        post("500")

        page = client.get(reverse("ledger:glaccount_list") + "?no=6000|6300").content.decode()

        assert page.count('data-value="500.00"') >= 2
        assert "<strong>Costs</strong>" in page
        assert "/gl/entries/?gl_account=6300" in page

    def test_balance_of_the_dates(self, client, post):
        post("500")
        post("700", on=date(2026, 4, 1))

        found = rows_of(client, "glaccount_list", "no=6300&date=2026-03")

        assert [row["balance"] for row in found["rows"]] == ["500.00"]

    def test_card_shows_balance_and_entries(self, client, post):
        post("500")

        card = client.get(reverse("ledger:glaccount_detail", args=["6300"]))
        assert 'data-value="500.00"' in card.content.decode()
        tab = client.get(reverse("ledger:glaccount_detail", args=["6300"]) + "?tab=entries")
        assert tab.status_code == 200

    def test_queries_do_not_grow_with_the_accounts(self, client, post):
        post("500")
        counts = []
        for number in (5, 100):
            for each in range(number):
                GLAccount.objects.get_or_create(no=f"9{each:03}", defaults={"name": "More"})
            with CaptureQueriesContext(connection) as queries:
                client.get(reverse("ledger:glaccount_list") + "?per_page=250")
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestEntries:
    def test_totals_equal_the_clicked_balance(self, client, post):
        post("500")
        post("700", on=date(2026, 4, 1))

        found = rows_of(client, "glentry_list", "gl_account=6300&posting_date=..2026-03-31")

        assert found["totals"] == {"debit": "500.00", "credit": "0.00", "amount": "500.00"}
        assert found["count"] == 1

    @pytest.mark.parametrize("name", ["glentry_list", "voucher_list", "glregister_list"])
    def test_queries_do_not_grow_with_the_rows(self, client, post, name):
        counts = []
        for number in (13, 60):
            for _each in range(number):
                post("1")
            with CaptureQueriesContext(connection) as queries:
                response = client.get(reverse(f"ledger:{name}") + "?per_page=250")
            assert response.status_code == 200
            counts.append(len(queries))

        assert counts[0] == counts[1]

    def test_fragment_is_the_table_alone(self, client, post):
        post("500")

        response = client.get(reverse("ledger:glentry_list"), headers={"HX-Request": "true"})

        assert "<html" not in response.content.decode()
        assert "HX-Request" in response["Vary"]

    def test_register_leads_to_its_vouchers(self, client, post):
        result = post("500")

        found = rows_of(client, "glregister_list")
        vouchers = rows_of(client, "voucher_list", f"register={result.register_id}")

        assert (found["rows"][0]["vouchers"], found["rows"][0]["debit"]) == (1, "500.00")
        assert vouchers["count"] == 1


class TestVoucher:
    def test_shows_entries_and_can_be_reversed_once(self, client, post):
        voucher = post("500").transaction_ids[0]
        url = reverse("ledger:voucher_detail", args=[voucher])
        assert 'data-value="500.00"' in client.get(url).content.decode()

        response = client.post(reverse("ledger:voucher_reverse", args=[voucher]))

        reversal = GLTransaction.objects.get(reverses_id=voucher)
        assert response.url == reverse("ledger:voucher_detail", args=[reversal.pk])
        page = client.get(url).content.decode()
        assert f"Voucher {voucher} is reversed already." in page
        again = client.post(reverse("ledger:voucher_reverse", args=[voucher]))
        assert again.status_code == 422
        assert GLTransaction.objects.count() == 2

    def test_reversal_asks_first_and_previews(self, client, post):
        voucher = post("500").transaction_ids[0]
        url = reverse("ledger:voucher_reverse", args=[voucher])

        assert "opposite entries" in client.get(url).content.decode()
        preview = client.post(url, {"_preview": "1"})

        assert 'data-value="-500.00"' in preview.content.decode()
        assert GLTransaction.objects.count() == 1


class TestJournal:
    def add(self, client, **fields):
        data = {"posting_date": "2026-03-31", "document_no": "", "description": "Rent", **fields}
        return client.post(reverse("ledger:journal_lines"), data, headers={"HX-Request": "true"})

    def test_lines_are_typed_previewed_and_posted(self, client, accounts):
        assert self.add(client, gl_account="6300", amount="500").status_code == 200
        assert self.add(client, gl_account="1920", amount="-500").status_code == 200

        page = client.get(reverse("ledger:journal")).content.decode()
        preview = client.post(reverse("ledger:journal_post"), {"_preview": "1"})
        assert not GLEntry.objects.exists()
        response = client.post(reverse("ledger:journal_post"))

        assert "Rent" in page
        assert 'data-value="500.00"' in preview.content.decode()
        assert response.url == reverse("ledger:voucher_detail", args=[GLTransaction.objects.get().pk])
        assert not GeneralJournalLine.objects.exists()

    def test_refusal_names_the_document_and_keeps_the_lines(self, client, accounts):
        self.add(client, gl_account="6300", amount="500")

        response = client.post(reverse("ledger:journal_post"))

        assert response.status_code == 422
        assert "does not balance" in response.content.decode()
        assert GeneralJournalLine.objects.count() == 1
        assert not GLEntry.objects.exists()

    def test_unknown_account_is_named_in_the_row(self, client, accounts):
        response = self.add(client, gl_account="0815", amount="500")

        assert response.status_code == 422
        assert "0815" in response.content.decode()

    def test_one_posts_only_ones_own_lines(self, client, accounts):
        other = factories.user("auditor")
        GeneralJournalLine.objects.create(
            owner=other, line_no=1, posting_date=MARCH, gl_account=accounts["rent"], amount=1
        )

        assert client.post(reverse("ledger:journal_post")).status_code == 422
        assert GeneralJournalLine.objects.filter(owner=other).exists()

    def test_line_is_changed_and_deleted(self, client, accounts):
        self.add(client, gl_account="6300", amount="500")
        line = GeneralJournalLine.objects.get()
        url = f"{reverse('ledger:journal_lines')}{line.pk}/"
        data = {"posting_date": "2026-03-31", "gl_account": "6300", "amount": "600", "description": "More"}

        client.post(url, data, headers={"HX-Request": "true"})
        line.refresh_from_db()
        assert (line.amount, line.description) == (Decimal(600), "More")

        client.post(f"{url}delete/", headers={"HX-Request": "true"})
        assert not GeneralJournalLine.objects.exists()


class TestWhoMay:
    LISTS = ("glaccount_list", "glentry_list", "voucher_list", "glregister_list")

    @pytest.mark.parametrize("name", LISTS)
    def test_clerk_sees_nothing_of_the_ledger(self, client, name):
        client.force_login(factories.user("clerk"))

        assert client.get(reverse(f"ledger:{name}")).status_code == 403
        assert client.get(reverse(f"ledger:{name}_export", kwargs={"export_format": "csv"})).status_code == 403

    @pytest.mark.parametrize("name", [*LISTS, "journal"])
    def test_signed_out_is_sent_to_sign_in(self, client, name):
        assert client.get(reverse(f"ledger:{name}")).status_code == 302

    def test_accountant_reads_but_posts_no_journal(self, client, post):
        voucher = post("500").transaction_ids[0]
        client.force_login(factories.user("accountant"))

        assert client.get(reverse("ledger:voucher_detail", args=[voucher])).status_code == 200
        assert client.get(reverse("ledger:journal")).status_code == 403
        assert client.post(reverse("ledger:journal_post")).status_code == 403
        assert client.post(reverse("ledger:voucher_reverse", args=[voucher])).status_code == 403
        assert GLTransaction.objects.count() == 1
