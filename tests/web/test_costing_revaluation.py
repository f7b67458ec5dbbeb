"""The revaluation journal: calculated, edited in place, previewed, posted; only for those who may."""

from datetime import date
from decimal import Decimal

import pytest

from costing.models import RevaluationJournalLine, ValueEntry
from inventory.models import ItemLedgerEntry
from tests import factories
from tests.web.costing_books import post, sign_in

pytestmark = pytest.mark.django_db

JOURNAL = "/journals/revaluation/"
FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def ropes():
    """10 ropes bought at 5.00 in OSLO on 2 March, 4 of them sold on 3 March."""
    books = factories.company(locations=["OSLO"])
    books.rope = factories.item("ROPE")
    oslo = books.locations["OSLO"]
    post(factories.purchase_order(books.rope, quantity="10", unit_cost="5.00", location=oslo))
    post(factories.sales_order(books.rope, quantity="4", location=oslo), on=date(2026, 3, 3))
    return books


def calculate(client, **options):
    data = {"posting_date": "2026-03-31", "calculate_per": "item", "new_cost": "present", "_request_key": "calculate"}
    return client.post(f"{JOURNAL}calculate/", {**data, **options})


def save(client, line, **fields):
    row = {"unit_cost_revalued": "5", "value_revalued": "30"}
    return client.post(f"{JOURNAL}lines/{line.pk}/", {**row, **fields}, **FRAGMENT)


class TestCalculating:
    def test_adds_a_line_for_what_is_on_hand(self, client, ropes):
        sign_in(client)

        answer = calculate(client)
        line = RevaluationJournalLine.objects.get()

        assert (answer.status_code, answer.url) == (302, JOURNAL)
        assert (line.quantity, line.value_calculated, line.value_revalued) == (6, Decimal(30), Decimal(30))
        assert (line.partial, line.applies_to_entry_id, line.location_id) == (True, None, None)

    def test_per_entry_names_the_entry_and_its_place(self, client, ropes):
        sign_in(client)

        calculate(client, calculate_per="entry", new_cost="last_direct_cost")
        line = RevaluationJournalLine.objects.get()

        assert line.applies_to_entry == ItemLedgerEntry.objects.get(quantity=10)
        assert line.location.code == "OSLO"

    def test_says_when_nothing_was_there(self, client, ropes):
        sign_in(client)

        answer = calculate(client, posting_date="2026-03-01")

        assert answer.status_code == 422
        assert "Nothing that can be revalued was on hand" in answer.content.decode()

    def test_names_the_item_that_cannot_be_calculated(self, client, ropes):
        sign_in(client)
        post(factories.sales_order(ropes.rope, quantity="9", location=ropes.locations["OSLO"]))

        answer = calculate(client)

        assert answer.status_code == 422
        assert "Item ROPE has issues up to 2026-03-31 that no receipt covers" in answer.content.decode()
        assert not RevaluationJournalLine.objects.exists()


class TestEditing:
    def test_a_new_unit_cost_gives_the_value(self, client, ropes):
        sign_in(client)
        calculate(client)

        answer = save(client, RevaluationJournalLine.objects.get(), unit_cost_revalued="4.50")
        line = RevaluationJournalLine.objects.get()

        assert answer.status_code == 200
        assert (line.value_revalued, line.amount) == (Decimal(27), Decimal(-3))

    def test_a_new_value_gives_the_unit_cost(self, client, ropes):
        sign_in(client)
        calculate(client)

        save(client, RevaluationJournalLine.objects.get(), value_revalued="33")

        assert RevaluationJournalLine.objects.get().unit_cost_revalued == Decimal("5.5")

    def test_a_line_for_one_entry_takes_what_it_costs(self, client, ropes):
        sign_in(client)
        receipt = ItemLedgerEntry.objects.get(quantity=10)

        row = {"posting_date": "2026-03-31", "item": "ROPE", "applies_to_entry": receipt.pk, "value_revalued": "60"}
        answer = client.post(f"{JOURNAL}lines/", row, **FRAGMENT)
        line = RevaluationJournalLine.objects.get()

        assert answer.status_code == 200
        assert (line.quantity, line.value_calculated, line.value_revalued) == (10, Decimal(50), Decimal(60))
        assert not line.partial

    def test_an_issue_is_refused(self, client, ropes):
        sign_in(client)
        issue = ItemLedgerEntry.objects.get(quantity=-4)

        row = {"posting_date": "2026-03-31", "item": "ROPE", "applies_to_entry": issue.pk}
        answer = client.post(f"{JOURNAL}lines/", row, **FRAGMENT)

        assert answer.status_code == 422
        assert not RevaluationJournalLine.objects.exists()


class TestPosting:
    def test_a_preview_shows_what_is_posted_then(self, client, ropes):
        sign_in(client)
        calculate(client)
        save(client, RevaluationJournalLine.objects.get(), unit_cost_revalued="4.50")

        preview = client.post(f"{JOURNAL}post/", {"_preview": "1"})
        before = ValueEntry.objects.filter(entry_type="revaluation").count()
        posted = client.post(f"{JOURNAL}post/", {"_request_key": "a"})
        value = ValueEntry.objects.get(entry_type="revaluation")

        assert [len(table["rows"]) for table in preview.context["preview_tables"]] == [1, 2]
        assert before == 0
        assert posted.status_code == 302
        assert (value.cost_amount_actual, value.valued_quantity, value.partial_revaluation) == (Decimal(-3), 6, True)
        assert not RevaluationJournalLine.objects.exists()

    def test_is_refused_when_somebody_sold_in_between(self, client, ropes):
        sign_in(client)
        calculate(client)
        save(client, RevaluationJournalLine.objects.get(), unit_cost_revalued="4.50")
        post(factories.sales_order(ropes.rope, quantity="1", location=ropes.locations["OSLO"]))

        answer = client.post(f"{JOURNAL}post/", {"_request_key": "b"})

        assert answer.status_code == 422
        assert "has changed since line 10000 was calculated" in answer.content.decode()
        assert not ValueEntry.objects.filter(entry_type="revaluation").exists()

    def test_says_that_no_line_changes_a_value(self, client, ropes):
        sign_in(client)
        calculate(client)

        answer = client.post(f"{JOURNAL}post/", {"_request_key": "c"})

        assert answer.status_code == 422
        assert "No line changes a value" in answer.content.decode()


class TestRights:
    @pytest.mark.parametrize("username", ["clerk", "lead", "purchaser", "auditor"])
    def test_is_for_those_who_revalue(self, client, ropes, username):
        sign_in(client, username)

        assert client.get(JOURNAL).status_code == 403

    def test_a_journal_is_its_owners_alone(self, client, ropes):
        sign_in(client)
        calculate(client)
        line = RevaluationJournalLine.objects.get()
        sign_in(client, "controller")

        assert save(client, line).status_code == 404
        assert "ROPE" not in client.get(JOURNAL).content.decode()
