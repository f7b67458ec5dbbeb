"""Adjustments by hand and marks."""

from datetime import date
from decimal import Decimal

import pytest

from costing import closing
from costing.enums import CloseKind
from costing.models import Mark, ValueEntry
from inventory.models import ItemLedgerEntry
from tests import factories
from tests.web.closing_books import END, close, day, january, sale_of, url
from tests.web.costing_books import post, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]


@pytest.fixture
def month():
    return january()


class TestByHand:
    def test_on_hand_is_previewed_and_posted_on_the_date_of_the_close(self, client, month):
        close()
        sign_in(client, "controller")
        wanted = {"item": "LAMP", "new_unit_cost": "25"}

        preview = client.post(url("close_on_hand"), wanted | {"_preview": "1"})
        answer = client.post(url("close_on_hand"), wanted)

        # 2 at 20.00 are left: to 25.00 each is 10.00 more.
        (table,) = preview.context["preview_tables"]
        assert [cell["value"] for cell in table["rows"][0]][1:] == [Decimal(2), Decimal(40), Decimal(10), Decimal(50)]
        value = ValueEntry.objects.get(entry_type="revaluation")
        assert (value.cost_amount_actual, value.posting_date) == (Decimal(10), END)
        assert client.get(answer.url).context["object"].kind == CloseKind.MANUAL_ADJUSTMENT

    def test_on_hand_is_refused_without_a_close(self, client, month):
        sign_in(client, "controller")

        page = client.post(url("close_on_hand"), {"item": "LAMP", "new_unit_cost": "25"})

        assert page.status_code == 422
        assert "no completed inventory close" in page.content.decode()

    def test_either_a_cost_or_an_amount(self, client, month):
        close()
        sign_in(client, "controller")

        neither = client.post(url("close_on_hand"), {"item": "LAMP"})
        both = client.post(url("close_on_hand"), {"item": "LAMP", "new_unit_cost": "1", "new_amount": "1"})

        assert (neither.status_code, both.status_code) == (422, 422)
        assert not ValueEntry.objects.filter(entry_type="revaluation").exists()

    def test_a_receipt_before_its_close(self, client, month):
        first = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=day(2))
        sign_in(client, "controller")

        client.post(url("close_receipt"), {"receipt": first.pk, "on": "2026-01-20", "new_unit_cost": "12"})
        run = close()

        # The sale took 2 at 12.00 instead of 15.00.
        assert ValueEntry.objects.get(entry_type="revaluation").cost_amount_actual == Decimal(4)
        assert ValueEntry.objects.get(register=run.register).cost_amount_actual == Decimal(6)

    def test_a_settled_receipt_is_refused(self, client, month):
        first = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=day(2))
        close()

        with pytest.raises(closing.on_hand.Settled):
            closing.adjust_receipt(entry_id=first.pk, on=date(2026, 2, 2), new=closing.NewValue(unit_cost=Decimal(12)))

    def test_an_item_settled_at_posting_goes_to_the_revaluation_journal(self, month):
        rope = factories.item("ROPE")
        post(factories.purchase_order(rope, quantity="1", unit_cost="5"), on=day(8))
        receipt = ItemLedgerEntry.objects.get(item=rope)

        with pytest.raises(closing.on_hand.DomainError, match="revaluation journal"):
            closing.adjust_receipt(entry_id=receipt.pk, on=day(9), new=closing.NewValue(unit_cost=Decimal(6)))

        assert not ValueEntry.objects.filter(entry_type="revaluation").exists()

    def test_is_for_those_who_revalue(self, client, month):
        sign_in(client, "auditor")

        assert client.post(url("close_on_hand"), {"item": "LAMP", "new_unit_cost": "1"}).status_code == 403


class TestMarks:
    def test_decide_what_is_settled(self, client, month):
        second = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=day(3))
        sign_in(client, "controller")

        client.post(url("mark_create"), {"issue": sale_of(month.lamp).pk, "receipt": second.pk, "quantity": "2"})
        close()

        # 2 at 20.00 instead of the average 15.00.
        assert ValueEntry.objects.get(adjustment=True).cost_amount_actual == Decimal(-10)
        (row,) = client.get(url("mark_list")).context["table"].rows
        assert (row.record.quantity, row.record.settled) == (2, 2)
        assert client.get(url("mark_list") + "?settled=no").context["count"] == 0

    def test_are_refused_beyond_what_is_open(self, client, month):
        second = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=day(3))
        sign_in(client, "controller")

        page = client.post(url("mark_create"), {"issue": sale_of(month.lamp).pk, "receipt": second.pk, "quantity": "3"})

        assert page.status_code == 422
        assert "3 cannot be marked" in page.content.decode()
        assert not Mark.objects.exists()

    def test_are_taken_back(self, client, month):
        second = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=day(3))
        sign_in(client, "controller")
        client.post(url("mark_create"), {"issue": sale_of(month.lamp).pk, "receipt": second.pk, "quantity": "1"})

        answer = client.post(url("mark_delete", Mark.objects.get().pk))

        assert answer.url == url("mark_list")
        assert not Mark.objects.exists()
