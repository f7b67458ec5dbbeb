"""The pages of the inventory close: checks, runs, log, comparison, reversal, adjustments by hand, marks."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from config.base import jobs
from config.base.jobs import queue
from config.base.models import Job, JobState, Notification
from costing import closing, selectors
from costing.closing import Options
from costing.enums import CloseKind, RunState
from costing.models import CloseLogLine, InventoryClose, InventoryPeriod, Mark, ValueEntry
from inventory.models import ItemLedgerEntry
from ledger.models import AccountingPeriod
from tests import factories
from tests.web.costing_books import post, sign_in

pytestmark = pytest.mark.django_db

END = date(2026, 1, 31)
LISTS = ("close_changes", "close_settlements", "close_items", "close_log")


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)


def day(number):
    return date(2026, 1, number)


@pytest.fixture
def month():
    """January of two FIFO items settled at close.

    LAMP: 2 bought at 10.00 and 2 at 20.00, 2 sold at the average 15.00: the close makes them 10.00 each, +10.00.
    DESK: 3 received at 7.00 and not invoiced, 3 sold at 8.00 of the card: nothing to settle them with.
    """
    books = factories.company(locations=["OSLO"], automatic_cost_posting=True)
    oslo = books.locations["OSLO"]
    books.lamp = factories.item("LAMP", settle_at="close")
    books.desk = factories.item("DESK", settle_at="close", unit_cost=Decimal(8))
    for number, price in ((2, "10"), (3, "20")):
        post(factories.purchase_order(books.lamp, quantity="2", unit_cost=price, location=oslo), on=day(number))
    books.lamp_sale = post(factories.sales_order(books.lamp, quantity="2", location=oslo), on=day(4))
    books.receipt = factories.purchase_order(books.desk, quantity="3", unit_cost="7", location=oslo)
    post(books.receipt, on=day(5), invoice=False)
    post(factories.sales_order(books.desk, quantity="3", location=oslo), on=day(6))
    books.january = InventoryPeriod.objects.create(ending_date=END, name="January")
    return books


def close(kind=CloseKind.CLOSE, on=END, **options):
    result = closing.close_inventory(Options(on=on, kind=kind, **options))
    return InventoryClose.objects.get(pk=result.close_id)


def url(name, *args):
    return reverse(f"costing:{name}", args=args)


def shown(page):
    return {str(figure.label): figure.value for figure in page.context["figures"]}


def totals(client, address):
    return client.get(address).context["view"].totals_found


def labels(page):
    return {str(action.label): action for action in [*page.context["actions"], *page.context["more_actions"]]}


def sale_of(item):
    return ItemLedgerEntry.objects.get(item=item, entry_type="sale")


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


class TestStarting:
    def start(self, client, name="close_start", **given):
        data = {"on": "2026-01-31", "update_ledger": "on", "max_iterations": "100", "min_adjustment": "0.01"}
        return client.post(url(name), data | given)

    def test_starts_one_job_and_follows_it(self, client, month):
        user = sign_in(client, "controller")

        first = self.start(client)
        second = self.start(client, _request_key="again")

        job = Job.objects.get()
        assert first.url == second.url == url("close_progress", job.pk)
        assert (job.kind, job.requested_by) == ("close_inventory", user)
        assert job.parameters == {
            "on": "2026-01-31",
            "kind": "close",
            "item_ids": None,
            "update_ledger": True,
            "max_iterations": 100,
            "min_adjustment": "0.01",
            "rehearsal": False,
        }

    def test_a_rehearsal_runs_beside(self, client, month):
        sign_in(client, "controller")
        self.start(client)

        self.start(client, mode="rehearse")
        self.start(client, "close_rehearse", mode="recalculation")

        found = list(Job.objects.order_by("pk").values_list("parameters__kind", "parameters__rehearsal"))
        assert found == [("close", False), ("close", True)]

    def test_rehearses_a_recalculation(self, client, month):
        sign_in(client, "controller")

        self.start(client, "close_rehearse", mode="recalculation")

        assert Job.objects.get().parameters["kind"] == "recalculation"

    def test_is_limited_to_items_and_groups(self, client, month):
        sign_in(client, "controller")

        self.start(client, "close_recalculate", items="LA*")

        assert Job.objects.get().parameters["item_ids"] == [month.lamp.pk]

    def test_is_refused_where_no_item_is_meant(self, client, month):
        factories.item("ROPE")
        sign_in(client, "controller")

        page = self.start(client, "close_recalculate", items="ROPE")

        assert page.status_code == 422
        assert "No item that is settled at the close" in page.content.decode()
        assert not Job.objects.exists()

    def test_is_refused_before_it_begins(self, client, month):
        close()
        sign_in(client, "controller")

        page = self.start(client)

        assert page.status_code == 422
        assert "closed up to 2026-01-31 already" in page.content.decode()
        assert not Job.objects.exists()

    def test_says_what_stands_in_its_way(self, client, month):
        sign_in(client, "controller")

        page = client.get(f"{url('close_start')}?on=2026-01-31").content.decode()

        assert "It closes the inventory period 2026-01-31." in page
        assert "Issues that cannot be settled: Receipt not invoiced" in page

    @pytest.mark.parametrize("name", ["close_start", "close_recalculate", "close_rehearse"])
    def test_is_refused_without_the_right(self, client, month, name):
        sign_in(client, "accountant")

        assert self.start(client, name).status_code == 403
        assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestJobs:
    def run(self, job):
        with jobs.running(job.pk) as claimed:
            jobs.handler_of(job.kind)(claimed)
        job.refresh_from_db()
        return job

    def enqueue(self, user, **parameters):
        given = {"on": "2026-01-31"} | parameters
        return jobs.enqueue("close_inventory", parameters=given, requested_by=user, title="Close 2026-01-31")

    def test_whoever_started_it_is_told_the_item_and_the_issue(self, client, month):
        user = sign_in(client, "controller")

        job = self.run(self.enqueue(user))

        run = InventoryClose.objects.get()
        assert (job.state, job.warnings) == (JobState.DONE, 1)
        assert job.result["url"] == url("close_detail", run.pk)
        notice = Notification.objects.get(user=user)
        sale = sale_of(month.desk)
        assert notice.level == "warn"
        assert notice.text == (
            f"Close 2026-01-31: Done with warnings. DESK {sale.document_no} ({sale.pk}): Receipt not invoiced"
        )
        assert notice.url == url("close_log", run.pk)
        assert client.get(notice.url).status_code == 200

    def test_progress_leads_to_the_run(self, client, month):
        user = sign_in(client, "controller")
        job = self.enqueue(user)

        waiting = client.get(url("close_progress", job.pk))
        self.run(job)
        done = client.get(url("close_progress", job.pk))
        fragment = client.get(url("close_progress", job.pk), headers={"HX-Request": "true"})

        assert [state for _words, state in waiting.context["stages"]] == ["current", "waiting", "waiting"]
        assert done.url == url("close_detail", InventoryClose.objects.get().pk)
        assert fragment.headers["HX-Redirect"] == done.url

    def test_progress_by_stage_while_it_runs(self, client, month):
        user = sign_in(client, "controller")
        job = self.enqueue(user)
        run = InventoryClose.objects.create(
            closing_date=END, state=RunState.RUNNING, job=job, created_at="2026-02-01T00:00Z"
        )
        seen = []
        for done in (1, 2):
            Job.objects.filter(pk=job.pk).update(state="running", done=done, total=2, heartbeat_at="2026-02-01T00:00Z")
            page = client.get(url("close_progress", job.pk))
            seen.append([state for _words, state in page.context["stages"]])

        assert seen == [["done", "current", "waiting"], ["done", "done", "current"]]
        assert url("close_progress", job.pk) in client.get(url("close_detail", run.pk)).content.decode()

    def test_cancelled_it_says_so_and_the_books_are_as_before(self, client, month):
        user = sign_in(client, "controller")
        job = self.enqueue(user)
        client.post(reverse("base:job_cancel", args=[job.pk]))

        page = client.get(url("close_progress", job.pk))

        assert page.context["state"] == "cancelled"
        assert not InventoryClose.objects.exists()
        assert not ValueEntry.objects.filter(adjustment=True).exists()

    def test_a_run_whose_job_is_gone_is_given_up_by_hand(self, client, month):
        user = sign_in(client, "controller")
        job = self.enqueue(user)
        run = InventoryClose.objects.create(
            closing_date=END, state=RunState.RUNNING, job=job, created_at="2026-02-01T00:00Z"
        )
        refused = client.post(url("close_give_up", run.pk))
        jobs.cancel(job.pk)

        assert refused.url == url("close_progress", job.pk)
        assert "Give up" in labels(client.get(url("close_detail", run.pk)))
        client.post(url("close_give_up", run.pk), {"_request_key": "second"})
        run.refresh_from_db()
        assert run.state == RunState.CANCELLED
        assert close().state == RunState.DONE

    def test_reverses_by_job(self, client, month):
        run = close()
        user = sign_in(client, "controller")
        client.post(url("close_reverse", run.pk), {"_confirm": "2026-01-31"})

        job = self.run(Job.objects.get())

        run.refresh_from_db()
        assert (job.state, run.state) == (JobState.DONE, RunState.REVERSED)
        assert client.get(url("close_progress", job.pk)).url == url("close_detail", run.pk)
        assert job.requested_by == user
        month.january.refresh_from_db()
        assert not month.january.closed


class TestReversal:
    def test_says_what_will_happen(self, client, month):
        run = close()
        sign_in(client, "controller")

        page = client.get(url("close_reverse", run.pk))

        effects = page.context["effects"]
        assert effects[0] == "1 settlement is cancelled."
        assert effects[1] == "1 adjustment is booked back."
        assert f"CLOSE-{run.pk}" in effects[2]
        assert "Inventory period 2026-01-31 is reopened." in effects

    def test_asks_for_the_closing_date(self, client, month):
        run = close()
        sign_in(client, "controller")

        page = client.post(url("close_reverse", run.pk), {})

        assert page.status_code == 422
        assert "Type 2026-01-31 to confirm" in page.content.decode()
        assert not Job.objects.exists()

    def test_an_earlier_one_names_the_later(self, client, month):
        first = close()
        second = close(on=date(2026, 2, 28))
        sign_in(client, "controller")

        asked = client.get(url("close_reverse", first.pk)).content.decode()
        refused = client.post(url("close_reverse", first.pk), {"_confirm": "2026-01-31"})
        card = labels(client.get(url("close_detail", first.pk)))

        later = f"Reverse what came later first: Close {second.pk} (2026-02-28)."
        assert later in asked
        assert refused.status_code == 422
        assert later in refused.content.decode()
        assert card["Reverse"].disabled == later
        assert not Job.objects.exists()

    def test_is_refused_without_the_right(self, client, month):
        run = close()
        sign_in(client, "accountant")

        assert client.post(url("close_reverse", run.pk), {"_confirm": "2026-01-31"}).status_code == 403

    def test_leaves_both_vouchers_and_the_settlements_flagged(self, client, month):
        run = close()
        closing.reverse_close(close_id=run.pk)
        sign_in(client, "controller")

        page = client.get(url("close_detail", run.pk))

        run.refresh_from_db()
        details = {str(action.label): action.url for action in page.context["details"]}
        assert details["Voucher of the reversal"] == reverse("ledger:voucher_detail", args=[run.reversal_voucher_id])
        assert totals(client, url("close_settlements", run.pk) + "?cancelled=yes").count == 1
        assert "Reverse" not in labels(page)


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
