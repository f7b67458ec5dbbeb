"""Posting to the general ledger in the browser: test report with cures, methods, the run's result, one click retry."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.errors import DomainError
from config.base.models import Dimension, DimensionSet, DimensionValue, Job
from costing.models import GeneralPostingSetup, InventoryPostingSetup, PostToGLRun, SkippedEntry, ValueEntryToPost
from costing.post_to_gl import post_inventory_cost
from costing.posting import documents
from costing.views.cures import cure_of
from ledger.models import GLAccount, GLEntry, GLTransaction, LedgerSetup
from tests import factories
from tests.web.costing_books import sign_in

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


@pytest.fixture
def books():
    """10 chairs bought at 10.00, 2 of them sold; nothing is posted to the general ledger."""
    books = factories.company(automatic_cost_posting=False)
    books.chair = factories.item("CHAIR")
    for order in (
        factories.purchase_order(books.chair, quantity="10", unit_cost="10.00"),
        factories.sales_order(books.chair, quantity="2"),
    ):
        documents.post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
    return books


def block(account):
    GLAccount.objects.filter(pk=account.pk).update(blocked=True)


def without_frozen_accounts():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE costing_accountset DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE costing_accountset SET inventory_id = NULL, cogs_id = NULL, direct_cost_applied_id = NULL"
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def run_job():
    """Do what the job that was started last would do; a job itself needs connections of its own."""
    parameters = Job.objects.order_by("-pk").first().parameters
    assert parameters["through"] is None
    return PostToGLRun.objects.get(pk=post_inventory_cost(**parameters).run_id)


def causes(run):
    found = SkippedEntry.objects.filter(run_id=run.run_id).order_by("value_entry_id", "code", "reason")
    return [(skipped.code, skipped.cure.split(":")[0]) for skipped in found]


class TestTestReport:
    def test_lists_every_error_of_every_entry_with_its_cure(self, books):
        without_frozen_accounts()
        InventoryPostingSetup.objects.all().delete()
        GeneralPostingSetup.objects.update(cogs=None)
        block(books.account("direct_cost_applied"))
        LedgerSetup.load()
        LedgerSetup.objects.update(allow_posting_from=date(2026, 4, 1))

        result = post_inventory_cost(through=None, is_test=True)

        assert (result.posted, result.skipped) == (0, 2)
        assert causes(result) == [
            ("blocked_account", "account"),
            ("missing_posting_setup_line", "inventory_setup"),
            ("period_closed", "ledger_setup"),
            ("missing_posting_setup", "general_setup"),
            ("missing_posting_setup_line", "inventory_setup"),
            ("period_closed", "ledger_setup"),
        ]
        assert not GLEntry.objects.exists()

    def test_cures_lead_to_the_very_record(self, client, books):
        line = GeneralPostingSetup.objects.exclude(gen_bus_posting_group=None).get()
        keys = f"{line.gen_bus_posting_group_id}:{line.gen_prod_posting_group_id}"
        admin = sign_in(client, "admin")

        assert cure_of(f"general_setup:{keys}", admin).url == f"/admin/costing/generalpostingsetup/{line.pk}/change/"
        assert client.get(cure_of(f"general_setup:{keys}", admin).url).status_code == 200
        line.delete()
        add = client.get(cure_of(f"general_setup:{keys}", admin).url)
        assert add.context["adminform"].form.initial["gen_bus_posting_group"] == str(line.gen_bus_posting_group_id)
        no = books.account("cogs").no
        assert cure_of(f"account:{no}", sign_in(client)).url == f"/gl/accounts/{no}/"
        assert cure_of(f"general_setup:{keys}", sign_in(client)).url == ""

    def test_page_is_headed_as_a_test_and_groups_by_cause(self, client, books):
        block(books.account("cogs"))
        sign_in(client)

        client.post(reverse("costing:gl_post"), {"mode": "test"})
        page = client.get(reverse("costing:gl_run", args=[run_job().pk]))

        text = page.content.decode()
        assert "Test report (not posted)" in text
        (finding,) = page.context["findings"]
        assert (finding.label, finding.count, finding.amount) == ("Blocked account", 1, Decimal("-20.00"))
        assert client.get(finding.url).context["count"] == 1
        assert f'href="/gl/accounts/{books.account("cogs").no}/"' in text

    def test_whoever_edits_the_setup_sees_what_to_mend_without_amounts(self, client, books):
        block(books.account("cogs"))
        run = post_inventory_cost(through=None, is_test=True).run_id
        sign_in(client, "admin")

        page = client.get(reverse("costing:gl_run", args=[run])).content.decode()

        assert f"/admin/ledger/glaccount/{books.account('cogs').pk}/change/" in page
        assert 'data-value="-20.00"' not in page
        sign_in(client, "clerk")
        assert client.get(reverse("costing:gl_run", args=[run])).status_code == 403

    def test_a_blocked_posting_setup_is_an_error_that_stops_the_run(self, client, books):
        GeneralPostingSetup.objects.update(blocked=True)

        with pytest.raises(DomainError, match="is blocked, and value entries of it wait") as refused:
            post_inventory_cost(through=None)

        assert refused.value.code == "missing_posting_setup"
        assert not GLEntry.objects.exists()
        report = post_inventory_cost(through=None, is_test=True)
        assert causes(report) == [("blocked_posting_setup", "general_setup")] * 2

    def test_an_account_that_takes_no_postings(self, books):
        GLAccount.objects.filter(pk=books.account("cogs").pk).update(account_type="heading")

        assert causes(post_inventory_cost(through=None, is_test=True)) == [("not_posting_account", "account")]


class TestOptions:
    def test_per_posting_group_posts_under_the_document_number(self, client, books):
        sign_in(client)

        client.post(reverse("costing:gl_post"), {"method": "posting_group", "document_no": "IPG-7"})
        run = run_job()

        assert (run.per_posting_group, run.document_no, run.posted_count) == (True, "IPG-7", 2)
        assert GLTransaction.objects.get().document_no == "IPG-7"

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"method": "posting_group"}, "needs a document number"),
            ({"method": "entry", "document_no": "IPG-7"}, "Leave the document number blank"),
        ],
    )
    def test_the_document_number_goes_with_the_method(self, client, books, given, words):
        sign_in(client)

        page = client.post(reverse("costing:gl_post"), given)

        assert page.status_code == 422
        assert words in page.content.decode()
        assert not Job.objects.exists()

    def test_a_report_says_what_would_be_posted_to_each_account(self, client, books):
        result = post_inventory_cost(through=None, post=False)
        sign_in(client)

        page = client.get(reverse("costing:gl_run", args=[result.run_id]))

        (accounts,) = [section for section in page.context["sections"] if section.key == "accounts"]
        assert [(field.label.split()[0], field.value) for field in accounts.fields] == [
            (books.account("inventory").no, Decimal("80.00")),
            (books.account("cogs").no, Decimal("20.00")),
            (books.account("direct_cost_applied").no, Decimal("-100.00")),
        ]
        assert not GLEntry.objects.exists()

    def test_a_run_is_a_file_too(self, client, books):
        block(books.account("cogs"))
        run = post_inventory_cost(through=None).run_id
        url = reverse("costing:gl_run_export", args=[run, "json"])
        sign_in(client)

        rows = json.loads(client.get(url).getvalue())["rows"]

        assert [(row["part"], row["count"], row["amount"]) for row in rows] == [
            ("Posted, by account", None, "100.00"),
            ("Posted, by account", None, "-100.00"),
            ("Skipped entries", 1, "-20.00"),
        ]
        sign_in(client, "admin")
        assert all("amount" not in row for row in json.loads(client.get(url).getvalue())["rows"])


class TestSkipped:
    def test_are_posted_again_by_one_click_once_mended(self, client, books):
        block(books.account("cogs"))
        first = post_inventory_cost(through=None)
        sign_in(client)
        page = client.get(reverse("costing:gl_run", args=[first.run_id])).content.decode()
        assert "Skipped entries" in page
        assert reverse("costing:gl_run_retry", args=[first.run_id]) in page
        GLAccount.objects.update(blocked=False)

        client.post(reverse("costing:gl_run_retry", args=[first.run_id]))
        run = run_job()

        assert (run.retry_of_id, run.posted_count, run.skipped_count) == (first.run_id, 1, 0)
        assert not ValueEntryToPost.objects.exists()

    def test_only_what_was_skipped_is_posted_again(self, books):
        block(books.account("cogs"))
        first = post_inventory_cost(through=None)
        order = factories.purchase_order(books.chair, quantity="1", unit_cost="10.00")
        documents.post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
        GLAccount.objects.update(blocked=False)

        assert post_inventory_cost(through=None, retry_of=first.run_id).posted == 1
        assert ValueEntryToPost.objects.count() == 1

    def test_may_not_be_retried_by_who_may_not_post(self, client, books):
        run = post_inventory_cost(through=None, post=False).run_id
        sign_in(client, "auditor")

        assert client.get(reverse("costing:gl_run", args=[run])).status_code == 200
        assert client.post(reverse("costing:gl_run_retry", args=[run])).status_code == 403


class TestDimensions:
    def test_errors_do_not_stop_an_entry_and_are_noted(self, client, books):
        dimension = Dimension.objects.create(code="DEPT")
        sales = DimensionValue.objects.create(dimension=dimension, code="SALES")
        kept = DimensionSet.objects.get_or_make({"DEPT": "SALES"})
        order = factories.purchase_order(books.chair, quantity="1", unit_cost="10.00")
        order.lines.update(dimension_set=kept)
        documents.post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
        sales.blocked = True
        sales.save()

        result = post_inventory_cost(through=None)

        assert (result.posted, result.skipped) == (3, 0)
        assert GLEntry.objects.filter(dimension_set=kept).count() == 2
        run = PostToGLRun.objects.get(pk=result.run_id)
        assert run.dimension_notes["DEPT=SALES"]["count"] == 1
        sign_in(client)
        page = client.get(reverse("costing:gl_run", args=[run.pk])).content.decode()
        assert "Value SALES of dimension DEPT is blocked" in page


def test_queries_of_a_run_do_not_grow_with_its_entries(client, books):
    block(books.account("cogs"))
    sign_in(client)
    client.get(reverse("costing:gl_run", args=[post_inventory_cost(through=None, is_test=True).run_id]))
    counts = []
    for number in (1, 8):
        for _each in range(number):
            order = factories.sales_order(books.chair, quantity="1")
            documents.post_document(document_id=order.pk, posting_date=DAY, handle=True, invoice=True, user_id=None)
        run = post_inventory_cost(through=None, is_test=True).run_id
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("costing:gl_run", args=[run]))
        counts.append(len(queries))

    assert counts[0] == counts[1]


class TestCommand:
    def test_posts_per_posting_group_under_a_document_number(self, books, capsys):
        call_command("post_inventory_cost", "--document-no", "IPG-9")

        assert "2 entries of 80.00" in capsys.readouterr().out
        assert GLTransaction.objects.get().document_no == "IPG-9"

    def test_test_report_and_retry(self, books, capsys):
        block(books.account("cogs"))
        with pytest.raises(SystemExit) as refused:
            call_command("post_inventory_cost", "--test-report")
        assert refused.value.code == 1
        assert "would be posted, 1 skipped" in capsys.readouterr().out
        assert not GLEntry.objects.exists()
        with pytest.raises(SystemExit):
            call_command("post_inventory_cost")
        GLAccount.objects.update(blocked=False)

        call_command("post_inventory_cost", "--retry", str(PostToGLRun.objects.latest("pk").pk))

        assert not ValueEntryToPost.objects.exists()
