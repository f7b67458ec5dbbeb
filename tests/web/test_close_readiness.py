"""What a close needs, seen all month: each check with its list and its cure."""

from datetime import date
from decimal import Decimal

import pytest

from config.base.errors import DomainError, ErrorCode
from costing.closing import used_accounts
from costing.models import CostingSetup, GeneralPostingSetup, InventoryClose, ValueEntry
from inventory.models import ItemLedgerEntry
from ledger.models import AccountingPeriod, GLAccount
from tests import factories
from tests.web.closing_books import END, close, day, january, sale_of, url
from tests.web.costing_books import post, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]


@pytest.fixture
def month():
    return january()


class TestReadiness:
    def checks(self, client, on=END):
        page = client.get(f"{url('close_readiness')}?on={on}")
        fine = {check.key: (check, "") for check in page.context["fine"]}
        return fine | {row["check"].key: (row["check"], row["url"]) for row in page.context["waiting"]}

    def test_is_the_log_beforehand(self, client, month):
        sign_in(client, "controller")

        found = self.checks(client)
        check, link = found["receipt_not_invoiced"]
        (row,) = client.get(link).context["table"].rows
        run = close()

        assert check.count == 1
        assert (row.record, row.record.unsettled) == (sale_of(month.desk), Decimal(3))
        (line,) = run.log_lines.all()
        assert (line.issue, line.quantity) == (row.record, row.record.unsettled)

    def test_every_count_is_the_count_of_its_list(self, client, month):
        rope = factories.item("ROPE")
        post(factories.purchase_order(rope, quantity="1", unit_cost="5"), on=day(8))
        post(factories.sales_order(rope, quantity="2"), on=day(9))
        sign_in(client, "controller")

        found = self.checks(client)
        listed = {
            key: client.get(link).context["count"]
            for key, (_check, link) in found.items()
            if "/close/readiness" in link
        }

        assert listed == {key: found[key][0].count for key in listed}
        assert listed == {"open_issues": 1, "receipt_not_invoiced": 1, "received": 1, "negative_stock": 1}
        assert found["received"][0].amount == Decimal(21)
        for _check, link in found.values():
            assert not link or client.get(link).status_code == 200

    def test_says_when_it_is_ready(self, client, month):
        post(month.receipt, on=day(7), handle=False)
        sign_in(client, "controller")

        page = client.get(f"{url('close_readiness')}?on={END}")

        assert 'data-state="ready"' in page.content.decode()

    def test_names_what_refuses(self, client, month):
        AccountingPeriod.objects.filter(starting_date=date(2026, 1, 1)).update(closed=True)
        sign_in(client, "controller")

        found = self.checks(client)

        assert found["ledger_shut"][0].count == 1
        assert "which is closed" in str(found["ledger_shut"][0].advice)

    def test_an_account_that_was_blocked_refuses_before_anything_is_done(self, client, month):
        used = ValueEntry.objects.get(item_ledger_entry=sale_of(month.lamp)).account_set.cogs
        GLAccount.objects.filter(pk=used.pk).update(blocked=True)
        before = (InventoryClose.objects.count(), ValueEntry.objects.count())
        sign_in(client, "controller")

        check, _link = self.checks(client)["accounts"]
        with pytest.raises(DomainError) as refused:
            close()

        assert (check.count, check.level) == (1, "blocks")
        assert f"{used.no} {used.name} is blocked" in str(check.advice)
        assert refused.value.code == ErrorCode.BLOCKED_ACCOUNT
        assert (InventoryClose.objects.count(), ValueEntry.objects.count()) == before

    def test_a_blocked_account_does_not_matter_where_the_ledger_is_not_updated(self, month):
        used = ValueEntry.objects.get(item_ledger_entry=sale_of(month.lamp)).account_set.cogs
        GLAccount.objects.filter(pk=used.pk).update(blocked=True)

        run = close(update_ledger=False)

        assert ValueEntry.objects.filter(register=run.register).count() == 1
        assert run.voucher_id is None

    def test_an_account_that_is_missing_is_named_with_its_document(self, month):
        """Expected cost is posted from now on: what was shipped before has no interim account."""
        GeneralPostingSetup.objects.update(cogs_interim=None)
        shipped = factories.sales_order(month.lamp, quantity="1", location=month.locations["OSLO"])
        post(shipped, on=day(8), invoice=False)
        assert used_accounts.problems(END) == []
        CostingSetup.objects.update(expected_cost_posting=True)

        (problem,) = used_accounts.problems(END)

        shipment = ItemLedgerEntry.objects.get(item=month.lamp, completely_invoiced=False)
        assert problem.code == ErrorCode.MISSING_POSTING_SETUP
        assert (problem.item_no, problem.document_no) == ("LAMP", shipment.document_no)
        assert "without a COGS (interim) account" in str(problem)

    def test_a_wrong_price_is_seen_before_the_close(self, client, month):
        lamp = month.lamp
        lamp.refresh_from_db()
        type(lamp).objects.filter(pk=lamp.pk).update(unit_cost=Decimal(10))
        sign_in(client, "controller")

        (row,) = client.get(f"{url('readiness_prices')}?on={END}&item=LAMP").context["table"].rows

        assert (row.record.received_cost, row.record.percent) == (Decimal(20), Decimal(100))

    def test_the_lists_are_live_for_any_day(self, client, month):
        sign_in(client, "controller")

        assert self.checks(client, on=day(4))["receipt_not_invoiced"][0].count == 0

    def test_a_clerk_may_not(self, client, month):
        sign_in(client, "clerk")

        assert client.get(url("close_readiness")).status_code == 403

    @pytest.mark.parametrize(
        "name",
        ["issues", "open_issues", "not_final", "negative", "prices"],
    )
    def test_lists_answer_as_files(self, client, month, name):
        sign_in(client, "controller")

        address = url(f"readiness_{name}").rstrip("/")

        assert client.get(f"{address}.csv?on={END}").status_code == 200
