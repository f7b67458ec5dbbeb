"""Inventory periods: list, test report, closing and reopening with its log."""

from datetime import date

import pytest

from costing.adjustment import adjust_cost
from costing.models import InventoryPeriod, InventoryPeriodEntry
from ledger.models import AccountingPeriod
from tests import factories
from tests.web.costing_books import post, sign_in

pytestmark = pytest.mark.django_db

PERIODS = "/periods/"
JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)


@pytest.fixture
def cables():
    """5 cables bought at 4.00 on 10 January, 7 sold on 20 January: 2 are missing. Adjusted."""
    books = factories.company(locations=["OSLO"])
    books.cable = factories.item("CABLE")
    books.oslo = books.locations["OSLO"]
    bought = factories.purchase_order(books.cable, quantity="5", unit_cost="4.00", location=books.oslo)
    post(bought, on=date(2026, 1, 10))
    post(factories.sales_order(books.cable, quantity="7", location=books.oslo), on=date(2026, 1, 20))
    adjust_cost()
    books.january = InventoryPeriod.objects.create(ending_date=JANUARY, name="January")
    return books


def cover(books):
    more = factories.purchase_order(books.cable, quantity="5", unit_cost="6.00", location=books.oslo)
    post(more, on=date(2026, 1, 25))


def act(client, period, action, **data):
    return client.post(f"{PERIODS}{period.pk}/{action}/", {"_request_key": f"{action}{period.pk}", **data})


class TestList:
    def test_shows_state_and_what_keeps_it_open(self, client, cables):
        sign_in(client, "controller")

        row = client.get(PERIODS).context["table"].rows[0]

        assert (row.record.state, row.record.unadjusted_count, row.record.open_issue_count) == ("open", 0, 1)

    def test_takes_the_same_queries_for_many_periods(self, client, cables, django_assert_max_num_queries):
        sign_in(client, "controller")
        InventoryPeriod.objects.bulk_create(InventoryPeriod(ending_date=date(2026, month, 1)) for month in range(3, 13))

        with django_assert_max_num_queries(20):
            client.get(PERIODS)

    def test_answers_as_a_file(self, client, cables):
        sign_in(client, "controller")

        assert client.get("/periods.csv").status_code == 200

    @pytest.mark.parametrize("username", ["clerk", "lead", "purchaser", "accountant"])
    def test_is_for_those_who_close(self, client, cables, username):
        sign_in(client, username)

        assert client.get(PERIODS).status_code == 403

    def test_an_auditor_looks_and_changes_nothing(self, client, cables):
        sign_in(client, "auditor")

        assert client.get(PERIODS).status_code == 200
        assert act(client, cables.january, "close").status_code == 403


class TestReport:
    def test_names_the_open_issue_and_the_cure(self, client, cables):
        sign_in(client, "controller")

        page = client.get(f"{PERIODS}{cables.january.pk}/test/").content.decode()

        assert "1 thing keeps this period open" in page
        assert "Receive what is missing" in page

    def test_links_to_the_adjustment_of_the_item(self, client, cables):
        sign_in(client, "controller")
        cover(cables)

        page = client.get(f"{PERIODS}{cables.january.pk}/test/").content.decode()

        assert 'href="/costing/adjust/?item=CABLE"' in page

    def test_says_when_nothing_is_left(self, client, cables):
        sign_in(client, "controller")
        cover(cables)
        adjust_cost()

        assert "Nothing keeps this period open" in client.get(f"{PERIODS}{cables.january.pk}/test/").content.decode()


class TestClosing:
    def test_is_refused_naming_the_item(self, client, cables):
        sign_in(client, "controller")

        answer = act(client, cables.january, "close")

        assert answer.status_code == 422
        assert "Item CABLE has issues that no receipt covers" in answer.content.decode()
        assert not InventoryPeriodEntry.objects.exists()

    def test_closes_earlier_periods_and_logs_each(self, client, cables):
        user = sign_in(client, "controller")
        cover(cables)
        adjust_cost()
        february = InventoryPeriod.objects.create(ending_date=FEBRUARY)

        answer = act(client, february, "close", reason="books agreed")
        log = list(InventoryPeriodEntry.objects.order_by("pk").values_list("period__ending_date", "closed", "reason"))

        assert answer.status_code == 302
        assert log == [(JANUARY, True, "books agreed"), (FEBRUARY, True, "books agreed")]
        entry = InventoryPeriodEntry.objects.last()
        assert (entry.user, entry.last_register is not None) == (user, True)
        assert client.get(f"{PERIODS}{february.pk}/log/").context["table"].rows[0].record == entry

    def test_asks_first_what_is_not_posted(self, client, cables):
        sign_in(client, "controller")

        page = client.get(f"{PERIODS}{cables.january.pk}/close/").content.decode()

        assert "earlier open periods are closed as well" in page
        assert "not posted to the general ledger" not in page


class TestReopening:
    @pytest.fixture
    def closed(self, cables):
        cover(cables)
        adjust_cost()
        february = InventoryPeriod.objects.create(ending_date=FEBRUARY, closed=True)
        InventoryPeriod.objects.filter(pk=cables.january.pk).update(closed=True)
        InventoryPeriodEntry.objects.create(period=cables.january, closed=True, created_at="2026-02-02T00:00Z")
        cables.february = february
        return cables

    def test_asks_for_the_date_and_a_reason(self, client, closed):
        sign_in(client, "controller")

        answer = act(client, closed.january, "reopen")
        untyped = act(client, closed.january, "reopen", reason="late bill")

        assert (answer.status_code, untyped.status_code) == (422, 422)
        assert InventoryPeriod.objects.filter(closed=True).count() == 2

    def test_reopens_later_ones_and_says_so_before(self, client, closed):
        sign_in(client, "controller")
        AccountingPeriod.objects.filter(starting_date=date(2026, 2, 1)).update(closed=True)

        question = client.get(f"{PERIODS}{closed.january.pk}/reopen/").context["question"]
        answer = act(client, closed.january, "reopen", reason="late bill", _confirm="2026-01-31")

        assert "2026-02-28" in question
        assert "Accounting periods that start later are closed" in question
        assert answer.status_code == 302
        assert not InventoryPeriod.objects.filter(closed=True).exists()

    def test_a_period_with_a_log_is_kept(self, client, closed):
        sign_in(client, "controller")
        act(client, closed.january, "reopen", reason="late bill", _confirm="2026-01-31")

        deleted = act(client, closed.january, "delete")
        moved = act(client, closed.january, "edit", ending_date="2026-01-30", name="x")
        renamed = client.post(f"{PERIODS}{closed.january.pk}/edit/", {"ending_date": "2026-01-31", "name": "Jan"})

        assert (deleted.status_code, moved.status_code, renamed.status_code) == (422, 422, 302)
        assert InventoryPeriod.objects.get(pk=closed.january.pk).name == "Jan"

    def test_a_closed_period_is_not_changed(self, client, closed):
        sign_in(client, "controller")

        assert act(client, closed.january, "edit", ending_date="2026-01-31", name="x").status_code == 422
        assert act(client, closed.january, "delete").status_code == 422


class TestCreating:
    def create(self, client, ending_date):
        return client.post(f"{PERIODS}new/", {"ending_date": ending_date, "name": "", "_request_key": ending_date})

    def test_makes_an_open_period(self, client, cables):
        sign_in(client, "controller")

        assert self.create(client, "2026-02-28").status_code == 302
        assert not InventoryPeriod.objects.get(ending_date=FEBRUARY).closed

    def test_is_refused_up_to_a_closed_one_and_twice(self, client, cables):
        sign_in(client, "controller")
        twice = self.create(client, "2026-01-31")
        InventoryPeriod.objects.update(closed=True)

        earlier = self.create(client, "2026-01-15")

        assert "There is a period that ends on 2026-01-31" in twice.content.decode()
        assert "Everything up to 2026-01-31 is closed already" in earlier.content.decode()
        assert InventoryPeriod.objects.count() == 1
