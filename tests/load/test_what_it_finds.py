"""The load test finds what it looks for: each of its checks, with the fault planted."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from config.base.models import NumberSeriesLine
from inventory.models import Count, CountLine, TransferOrder
from tests import factories
from tests.load import books, running
from tests.load.browser import Answer
from tests.load.tally import Tally, percentile

TODAY = date(2026, 3, 2)
STOOL = ("STOOL", "OSLO")


class TestBooks:
    def test_a_quantity_that_was_lost_or_doubled(self):
        told = {STOOL: Decimal(3), ("STOOL", "MOLDE"): Decimal(-1)}

        assert books.differences(told, {STOOL: Decimal(6)}) == [
            "STOOL at MOLDE: told -1, booked 0",
            "STOOL at OSLO: told 3, booked 6",
        ]
        assert books.differences(told, told) == []

    def test_stock_that_changed_and_nobody_was_told(self):
        before, after = (books.Snapshot({STOOL: Decimal(stock)}, set(), 0) for stock in (5, 4))

        assert books.differences({}, after.moved_since(before)) == ["STOOL at OSLO: told 0, booked -1"]

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("numbers", "last_used", "wrong"),
        [
            ((1, 2, 3), 3, []),
            ((1, 3), 3, ["TO-: 2 numbers up to 3, the series is at 3"]),
            ((1, 2), 3, ["TO-: 2 numbers up to 2, the series is at 3"]),
            ((1, 2, 3, 4), 3, ["TO-: 4 numbers up to 4, the series is at 3"]),
        ],
    )
    def test_a_gap_in_the_numbers(self, numbers, last_used, wrong):
        shop = factories.company(locations=["OSLO", "MOLDE"])
        places = {"from_location": shop.locations["OSLO"], "to_location": shop.locations["MOLDE"]}
        NumberSeriesLine.objects.filter(series__code="TO").update(last_no_used=f"TO-{last_used:05d}")
        TransferOrder.objects.bulk_create(
            TransferOrder(no=f"TO-{number:05d}", order_date=TODAY, **places) for number in numbers
        )

        assert books.gaps_and_doubles() == wrong

    @pytest.mark.django_db
    def test_a_count_that_missed_a_movement(self):
        shop = factories.company(locations=["OSLO"])
        count = Count.objects.create(no="CNT-1", posting_date=TODAY, status="posted", snapshot_at=timezone.now())
        line = CountLine.objects.create(
            count=count,
            line_no=10_000,
            item=factories.item("STOOL"),
            location=shop.locations["OSLO"],
            quantity_calculated=Decimal(5),
            quantity_counted=Decimal(5),
            counted_at=timezone.now(),
        )
        assert books.counts_that_missed_movements() == []

        CountLine.objects.filter(pk=line.pk).update(quantity_moved=Decimal(2))
        assert [words[:12] for words in books.counts_that_missed_movements()] == ["CNT-1, STOOL"]


class TestAnswers:
    def test_a_server_error_a_fault_and_too_much_busy(self):
        tally = Tally()
        tally.answered("ship", 0.1, 500)
        tally.fault("nobody says so")
        for _posting in range(99):
            tally.posted("ship", [], [])
        tally.refused("ship", ["busy", "busy"])

        assert running._wrong_answers(tally) == [
            "nobody says so",
            "1 answers with state 500",
            "busy: 1.00 % of 100 postings",
        ]

    def test_a_refusal_of_what_was_sent_before_is_no_posting(self):
        tally = Tally()
        tally.posted("receive", [("STOOL", "OSLO", Decimal(2))], ["PR-1"])
        tally.refused("receive", ["already_sent"])
        tally.refused("new count", ["busy"])

        assert (tally.attempts, tally.busy_share) == (1, 1)
        assert running._wrong_answers(tally) == ["busy: 100.00 % of 1 postings"]

    def test_a_document_that_was_told_twice_or_is_nowhere(self):
        assert running._unknown(["PR-1", "PR-1", "PR-2"], ["PR-1"]) == [
            "PR-1 was told 2 times",
            "PR-2 was told, and is nowhere",
        ]

    def test_complaints_in_the_log_of_the_server(self):
        log = [
            "Stopping ...",
            "ERROR django.request: Internal Server Error: /sales/",
            "It was killed: starting it again.",
        ]

        assert running.wrong_in_log("\n".join(log)) == log[1:]


def test_the_smallest_value_that_a_share_does_not_exceed():
    assert [percentile([4, 1, 3, 2], share) for share in (0.5, 0.95, 1.0)] == [2, 4, 4]


def test_the_fields_of_a_form_are_what_a_browser_would_send():
    page = (
        '<form method="post" data-form data-once><input type="hidden" name="key" value="1&amp;2">'
        '<input type="checkbox" name="off"><input type="checkbox" name="on" checked>'
        '<select name="choice"><option value="">-</option><option value="3" selected>x</option></select>'
        '<button name="_preview" value="1">Preview</button></form>'
    )

    assert Answer(200, "", page).fields == {"key": "1&2", "on": "on", "choice": "3"}
