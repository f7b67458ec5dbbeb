"""The pages of the inventory close: list, run, log, comparison, home."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from costing import selectors
from costing.enums import CloseKind
from costing.models import CloseLogLine, InventoryPeriod, ValueEntry
from inventory.models import ItemLedgerEntry
from tests import factories
from tests.web.closing_books import END, close, day, january, labels, sale_of, shown, totals, url
from tests.web.costing_books import post, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]

LISTS = ("close_changes", "close_settlements", "close_items", "close_log")


@pytest.fixture
def month():
    return january()


class TestList:
    def test_shows_the_next_period_and_all_runs(self, client, month):
        close(rehearsal=True)
        close(CloseKind.RECALCULATION)
        sign_in(client, "controller")

        page = client.get(url("close_list"))

        assert shown(page)["Next close"] == END
        rows = [(row.record.kind, row.record.rehearsal, row.record.adjusted) for row in page.context["table"].rows]
        assert rows == [("recalculation", False, Decimal(10)), ("close", True, Decimal(10))]
        assert [item.key for item in page.context["related"]] == ["periods", "period-log"]

    def test_after_a_close_it_names_the_next_month(self, client, month):
        close()
        sign_in(client, "controller")

        page = client.get(url("close_list"))

        assert (shown(page)["Closed up to"], shown(page)["Next close"]) == (END, date(2026, 2, 28))
        log = client.get(url("close_period_log"))
        assert [(row.record.period.ending_date, row.record.closed) for row in log.context["table"].rows] == [
            (END, True)
        ]

    def test_offers_what_the_role_may(self, client, month):
        sign_in(client, "controller")
        controller = labels(client.get(url("close_list")))
        sign_in(client, "accountant")
        accountant = labels(client.get(url("close_list")))

        assert {"Close", "Check", "Rehearse", "Recalculate", "Reverse"} <= set(controller)
        assert controller["Reverse"].disabled == "There is no close to reverse."
        assert {"Close", "Rehearse", "Recalculate", "Reverse"} & set(accountant) == set()

    @pytest.mark.parametrize("username", ["clerk", "lead", "purchaser"])
    def test_is_not_for_the_warehouse(self, client, month, username):
        sign_in(client, username)

        assert client.get(url("close_list")).status_code == 403
        assert client.get(url("close_detail", close().pk)).status_code == 403

    def test_takes_the_same_queries_for_many_runs(self, client, month, django_assert_max_num_queries):
        sign_in(client, "controller")
        for _number in range(6):
            close(rehearsal=True)

        with django_assert_max_num_queries(24):
            client.get(url("close_list"))

    def test_answers_as_a_file(self, client, month):
        close()
        sign_in(client, "controller")

        rows = json.loads(b"".join(client.get("/close.json").streaming_content))["rows"]

        assert [(row["closing_date"], row["adjusted"]) for row in rows] == [("2026-01-31", "10.00")]


class TestRun:
    def test_shows_figures_that_are_the_totals_of_their_lists(self, client, month):
        run = close()
        sign_in(client, "controller")

        page = client.get(url("close_detail", run.pk))

        assert shown(page) == {
            "Items": 2,
            "Entries adjusted": 1,
            "Adjusted": Decimal(10),
            "Settlements": 1,
            "Warnings": 1,
        }
        for figure in page.context["figures"]:
            found = totals(client, figure.url)
            assert figure.value == (found.sums["amount"] if figure.label == "Adjusted" else found.count)

    def test_drills_from_an_adjustment_to_its_value_entry(self, client, month):
        run = close()
        sign_in(client, "controller")

        (row,) = client.get(url("close_changes", run.pk)).context["table"].rows
        link = row.get_cell("amount").split('href="')[1].split('"')[0].replace("&amp;", "&")

        assert (row.record.entry, row.record.amount) == (sale_of(month.lamp).pk, Decimal(10))
        assert totals(client, link).sums["cost_amount_actual"] == Decimal(10)

    def test_says_what_is_in_the_voucher(self, client, month):
        run = close()
        sign_in(client, "controller")

        page = client.get(url("close_detail", run.pk))

        (ledger,) = [section for section in page.context["sections"] if section.key == "voucher"]
        assert [(field.label.split()[0], field.value) for field in ledger.fields[1:]] == [
            (month.account("inventory").no, Decimal(10)),
            (month.account("cogs").no, Decimal(-10)),
        ]
        details = {str(action.label): action.url for action in page.context["details"]}
        assert details["Voucher"] == reverse("ledger:voucher_detail", args=[run.voucher_id])
        assert client.get(details["Voucher"]).status_code == 200

    def test_says_where_the_ledger_waits(self, client, month):
        run = close(update_ledger=False)
        sign_in(client, "controller")

        page = client.get(url("close_detail", run.pk))

        (ledger,) = [section for section in page.context["sections"] if section.key == "voucher"]
        assert "wait to be posted" in str(ledger.fields[0].value)
        assert totals(client, ledger.fields[0].url).sums["actual_to_post"] == Decimal(10)

    def test_shows_no_amount_without_the_right_to_see_cost(self, client, month):
        run = close()
        user = sign_in(client, "clerk")
        user.user_permissions.add(Permission.objects.get(codename="gl_view"))

        page = client.get(url("close_detail", run.pk))

        assert page.status_code == 200
        assert "Adjusted" not in shown(page)
        assert "amount" not in client.get(url("close_settlements", run.pk)).context["view"].columns
        assert client.get(url("close_changes", run.pk) + "?amount=10").context["ignored"] == ["amount"]

    @pytest.mark.parametrize("name", LISTS)
    def test_its_lists_answer_as_files_and_filter_by_item(self, client, month, name):
        run = close()
        sign_in(client, "controller")

        everything = client.get(url(name, run.pk))
        column = "no" if name == "close_items" else "item"
        none = client.get(url(name, run.pk) + f"?{column}=NOTHING")

        assert (everything.context["count"] > 0, none.context["count"]) == (True, 0)
        assert client.get(url(name, run.pk).rstrip("/") + ".csv").status_code == 200

    def test_by_item(self, client, month):
        run = close()
        sign_in(client, "controller")

        rows = [row.record for row in client.get(url("close_items", run.pk)).context["table"].rows]

        assert [(row.no, row.adjusted, row.settlement_count, row.warning_count) for row in rows] == [
            ("DESK", Decimal(0), 0, 1),
            ("LAMP", Decimal(10), 1, 0),
        ]

    def test_a_rehearsal_says_that_nothing_was_posted(self, client, month):
        run = close(rehearsal=True)
        sign_in(client, "controller")

        page = client.get(url("close_detail", run.pk))

        assert "Nothing was posted" in page.content.decode()
        assert totals(client, url("close_planned_settlements", run.pk)).sums["quantity"] == Decimal(2)
        assert not ValueEntry.objects.filter(adjustment=True).exists()


class TestEntry:
    def test_shows_what_it_was_settled_with(self, client, month):
        run = close()
        sign_in(client, "controller")
        sale = sale_of(month.lamp)

        page = client.get(reverse("inventory:itemledgerentry_detail", args=[sale.pk]))
        (tab,) = [item for item in page.context["related"] if item.key == "settlements"]
        (row,) = client.get(tab.url).context["table"].rows

        first = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=day(2))
        assert (row.record.close, row.record.issue, row.record.receipt) == (run, sale, first)
        assert (row.record.quantity, row.record.amount) == (2, 20)
        assert labels(page)["Mark"].disabled == "It is settled in full."

    def test_an_open_issue_can_be_marked_from_its_page(self, client, month):
        sign_in(client, "controller")
        sale = sale_of(month.desk)

        page = client.get(reverse("inventory:itemledgerentry_detail", args=[sale.pk]))
        form = client.get(labels(page)["Mark"].url).context["form"]

        assert form["issue"].value() == str(sale.pk)
        assert "Application worksheet" not in labels(page)


class TestLog:
    def test_groups_by_cause_with_advice_and_cure(self, client, month):
        run = close()
        sign_in(client, "controller")

        page = client.get(url("close_log", run.pk))

        (group,) = page.context["log_groups"]
        assert (group.cause, group.count, group.quantity) == ("receipt_not_invoiced", 1, Decimal(3))
        assert "Update the receipts financially" in str(group.advice)
        (row,) = page.context["table"].rows
        assert (row.record.item, row.record.issue) == (month.desk, sale_of(month.desk))
        cure = row.get_cell("cure").split('href="')[1].split('"')[0].replace("&amp;", "&")
        assert [found.record.item for found in client.get(cure).context["table"].rows] == [month.desk]

    @pytest.mark.parametrize(
        ("issued", "cause"), [("4", "too_few_receipts"), ("1", None)], ids=["more issued", "covered"]
    )
    def test_more_issues_than_receipts(self, client, month, issued, cause):
        bench = factories.item("BENCH", settle_at="close")
        post(factories.purchase_order(bench, quantity="3", unit_cost="5"), on=day(7))
        post(factories.sales_order(bench, quantity=issued), on=day(8))
        run = close()
        sign_in(client, "controller")

        groups = {group.cause: group.quantity for group in client.get(url("close_log", run.pk)).context["log_groups"]}

        assert groups.get("too_few_receipts") == (Decimal(1) if cause else None)

    def test_a_later_mark_needs_no_action_and_can_be_noted(self, client, month):
        later = factories.purchase_order(month.lamp, quantity="2", unit_cost="30", location=month.locations["OSLO"])
        post(later, on=date(2026, 2, 2))
        receipt = ItemLedgerEntry.objects.get(item=month.lamp, posting_date=date(2026, 2, 2))
        sign_in(client, "controller")
        client.post(url("mark_create"), {"issue": sale_of(month.lamp).pk, "receipt": receipt.pk, "quantity": "2"})
        run = close()

        page = client.get(url("close_log", run.pk) + "?why=marked_receipt_later")
        (row,) = page.context["table"].rows
        assert "None possible" in row.get_cell("cure")
        answer = client.post(url("close_note", run.pk, row.record.pk), {"note": "Comes in February"})

        assert answer.status_code == 302
        line = CloseLogLine.objects.get(pk=row.record.pk)
        assert (line.note, line.noted_by.username) == ("Comes in February", "controller")
        assert totals(client, url("close_log", run.pk) + "?has_note=yes").count == 1

    def test_an_auditor_adds_no_note(self, client, month):
        run = close()
        sign_in(client, "auditor")

        page = client.get(url("close_log", run.pk))

        assert "Add note" not in page.content.decode()
        line = run.log_lines.get()
        assert client.post(url("close_note", run.pk, line.pk), {"note": "x"}).status_code == 403


class TestComparison:
    def test_the_same_run_is_the_same_line_by_line(self, client, month):
        rehearsal = close(rehearsal=True)
        run = close()
        sign_in(client, "controller")

        page = client.get(url("close_detail", run.pk))
        lines = client.get(url("close_compare", run.pk, rehearsal.pk) + "?sort=is_settlement").context["table"].rows

        comparison = page.context["comparison"]
        assert (comparison.rehearsal, comparison.same, comparison.different) == (rehearsal, 1, ())
        # 10.00 of adjustment, and 2 settled for 20.00, on either side.
        assert [(row.record.rehearsed, row.record.actual, row.record.difference) for row in lines] == [
            (10, 10, 0),
            (20, 20, 0),
        ]
        assert totals(client, url("close_compare", run.pk, rehearsal.pk) + "?differs=yes").count == 0

    def test_what_was_posted_between_shows_as_a_difference(self, client, month):
        rehearsal = close(rehearsal=True)
        post(month.receipt, on=day(7), handle=False)
        run = close()
        sign_in(client, "controller")

        comparison = client.get(url("close_detail", run.pk)).context["comparison"]
        page = client.get(url("close_compare", run.pk, rehearsal.pk) + "?differs=yes&sort=item")

        (desk,) = comparison.different
        # 3 sold at 8.00 cost 21.00 once the receipt is invoiced at 7.00.
        assert (desk.item_no, desk.actual, desk.rehearsed, desk.settled) == ("DESK", 3, 0, 3)
        assert comparison.same == 1
        rows = [
            (
                row.record.item.no,
                row.record.is_settlement,
                row.record.rehearsed,
                row.record.actual,
                row.record.difference,
            )
            for row in page.context["table"].rows
        ]
        assert sorted(rows) == [("DESK", False, 0, 3, 3), ("DESK", True, 0, 21, 21)]
        assert "It differs on 1 item." in client.get(url("close_detail", run.pk)).content.decode()

    def test_a_rehearsal_of_another_date_is_none_of_it(self, client, month):
        close(rehearsal=True, on=date(2026, 1, 30))
        run = close()
        sign_in(client, "controller")

        assert client.get(url("close_detail", run.pk)).context["comparison"] is None


class TestHome:
    def test_says_which_periods_wait_and_what_the_close_left(self, client, month):
        run = close()
        InventoryPeriod.objects.create(ending_date=date(2026, 2, 28))
        user = sign_in(client, "controller")

        cues = {str(cue.label): cue for cue in selectors.close_cues(user, date(2026, 3, 2))}

        assert {label: cue.count for label, cue in cues.items()} == {
            "Ended periods to close": 1,
            "Close warnings without a note": 1,
        }
        assert client.get(cues["Ended periods to close"].url).context["count"] == 1
        assert cues["Close warnings without a note"].url.startswith(url("close_log", run.pk))
