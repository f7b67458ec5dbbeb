"""Cost adjustment and posting to G/L: their pages, jobs, commands, and what the home page says of them."""

import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base import jobs
from config.base.errors import DomainError, ErrorCode
from config.base.jobs import queue
from config.base.models import Job, JobState
from costing import adjustment, post_to_gl, selectors
from costing.adjustment import runs, steps
from costing.enums import RunState
from costing.models import (
    AdjustmentRun,
    PostToGLRun,
    ValueEntry,
    ValueEntryToPost,
)
from ledger.models import GLAccount, GLEntry
from tests import factories
from tests.web.costing_books import DAY, dearer_chairs, post, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)


@pytest.fixture
def books():
    return dearer_chairs(automatic_cost_posting=False)


def shown(page):
    return {str(figure.label): figure.value for figure in page.context["figures"]}


def block(account):
    GLAccount.objects.filter(pk=account.pk).update(blocked=True)


class TestStatusPage:
    def test_says_which_items_wait(self, client, books):
        sign_in(client)

        page = client.get(f"{reverse('costing:adjustment_status')}?adjusted=no")

        (row,) = page.context["table"].rows
        assert row.record.unadjusted_from == DAY
        assert row.record.last_run_id is None

    def test_says_what_the_last_run_did(self, client, books):
        run = adjustment.adjust_cost(today=DAY)
        sign_in(client)

        page = client.get(reverse("costing:adjustment_status"))

        (row,) = page.context["table"].rows
        assert (row.record.adjusted, row.record.last_run_id, row.record.last_run_made) == (True, run.run_id, 1)

    def test_is_for_those_who_see_cost(self, client, books):
        sign_in(client, "clerk")
        assert client.get(reverse("costing:adjustment_status")).status_code == 403

    def test_the_auditor_sees_it_without_the_button(self, client, books):
        sign_in(client, "auditor")

        page = client.get(reverse("costing:adjustment_status"))

        assert reverse("costing:adjust") not in page.content.decode()


class TestAdjustPage:
    def test_starts_a_job(self, client, books):
        user = sign_in(client)

        page = client.post(reverse("costing:adjust"), {"item": "CHAIR", "through": "2026-03-31"})

        job = Job.objects.get()
        assert page.url == reverse("base:job_detail", args=[job.pk])
        assert job.parameters == {"item_ids": [books.chair.pk], "through": "2026-03-31", "preview": False}
        assert job.requested_by == user

    def test_a_second_start_names_the_first(self, client, books):
        sign_in(client)
        client.post(reverse("costing:adjust"), {})
        sign_in(client, "controller")

        page = client.post(reverse("costing:adjust"), {}, follow=True)

        assert Job.objects.count() == 1
        assert "started by accountant" in page.content.decode()

    def test_an_unknown_item_is_refused(self, client, books):
        sign_in(client)

        page = client.post(reverse("costing:adjust"), {"item": "SOFA"})

        assert page.status_code == 422
        assert not Job.objects.exists()

    def test_is_refused_without_the_right(self, client, books):
        sign_in(client, "auditor")

        assert client.post(reverse("costing:adjust"), {}).status_code == 403
        assert not Job.objects.exists()


class TestRunPages:
    def test_show_what_a_run_did(self, client, books):
        result = adjustment.adjust_cost(today=DAY)
        sign_in(client)

        page = client.get(reverse("costing:run_detail", args=[result.run_id]))

        assert shown(page) == {"Items": 1, "Failed": 0, "Entries made": 1, "Net amount": Decimal("-2.00")}
        items = client.get(reverse("costing:run_items", args=[result.run_id]))
        assert items.context["view"].totals_found.sums["amount"] == Decimal("-2.00")
        assert client.get(f"{page.request['PATH_INFO']}?tab=items").status_code == 200

    def test_list_runs(self, client, books):
        adjustment.adjust_cost(today=DAY)
        adjustment.adjust_cost(today=DAY)
        sign_in(client)

        page = client.get(reverse("costing:run_list"))

        assert [row.record.entries_made for row in page.context["table"].rows] == [0, 1]

    def test_of_a_run_that_is_not_there(self, client, books):
        sign_in(client)

        for name in ("run_detail", "run_items", "gl_run", "gl_run_skipped"):
            assert client.get(reverse(f"costing:{name}", args=[999_999])).status_code == 404


class TestWaitingPage:
    def test_says_how_much_waits_since_when(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:gl_waiting"))

        assert shown(page) == {
            "Entries waiting": 2,
            "Cost to post": Decimal("20.00"),
            "Oldest posting date": DAY.replace(day=3),
        }

    def test_says_what_is_expected_where_it_is_posted(self, client):
        dearer_chairs(automatic_cost_posting=False, expected_cost_posting=True)
        sign_in(client)

        page = client.get(reverse("costing:gl_waiting"))

        assert shown(page)["Entries waiting"] == 3
        assert shown(page)["Expected cost to post"] == 0

    def test_nothing_waits(self, client):
        factories.company()
        sign_in(client)

        assert "Nothing waits" in client.get(reverse("costing:gl_waiting")).content.decode()

    def test_is_refused_without_the_right(self, client, books):
        sign_in(client, "purchaser")

        assert client.get(reverse("costing:gl_waiting")).status_code == 403

    def test_starts_a_job(self, client, books):
        sign_in(client)

        page = client.post(reverse("costing:gl_post"), {"through": "2026-03-03", "mode": "report"})

        job = Job.objects.get()
        assert page.url == reverse("base:job_detail", args=[job.pk])
        assert job.parameters == {
            "item_ids": None,
            "through": "2026-03-03",
            "per_posting_group": False,
            "document_no": "",
            "post": False,
            "is_test": False,
        }


class TestPostingRunPages:
    def test_show_what_was_posted_and_skipped(self, client, books):
        block(books.account("cogs"))
        result = post_to_gl.post_inventory_cost(through=None, today=DAY)
        sign_in(client)

        page = client.get(reverse("costing:gl_run", args=[result.run_id]))

        assert shown(page) == {"Value entries posted": 1, "Amount": Decimal("30.00"), "Skipped": 1}
        assert "Blocked account" in page.content.decode()
        skipped = client.get(reverse("costing:gl_run_skipped", args=[result.run_id]))
        assert "is blocked" in skipped.content.decode()
        assert client.get(reverse("costing:gl_run_list")).context["count"] == 1

    def test_show_totals_by_account_that_lead_to_their_entries(self, client, books, monkeypatch):
        monkeypatch.setattr("costing.post_to_gl.runs.BATCH_SIZE", 1)
        result = post_to_gl.post_inventory_cost(through=None, today=DAY)
        sign_in(client)

        page = client.get(reverse("costing:gl_run", args=[result.run_id]))

        (accounts,) = [section for section in page.context["sections"] if section.key == "accounts"]
        assert [(field.label.split()[0], field.value) for field in accounts.fields] == [
            (books.account("inventory").no, Decimal("20.00")),
            (books.account("cogs").no, Decimal("10.00")),
            (books.account("direct_cost_applied").no, Decimal("-30.00")),
        ]
        for field in accounts.fields:
            assert client.get(field.url).context["view"].totals_found.sums["amount"] == field.value

    def test_a_report_says_so(self, client, books):
        result = post_to_gl.post_inventory_cost(through=None, post=False, today=DAY)
        sign_in(client)

        page = client.get(reverse("costing:gl_run", args=[result.run_id]))

        assert shown(page)["Value entries to post"] == 2
        assert not GLEntry.objects.exists()


class TestCues:
    def test_lead_to_the_lists_that_they_count(self, client, books):
        user = sign_in(client)

        cues = selectors.cues(user)

        assert [(str(cue.label), cue.count) for cue in cues] == [
            ("Items not adjusted", 1),
            ("Value entries to post to G/L", 2),
        ]
        for cue in cues:
            assert client.get(cue.url).context["count"] == cue.count

    def test_are_for_finance(self, client, books):
        assert selectors.cues(factories.user("clerk")) == []


@pytest.mark.django_db(transaction=True)
class TestJobs:
    def run(self, kind, **parameters):
        job = jobs.enqueue(kind, parameters=parameters, requested_by=None, title="Run")
        try:
            with jobs.running(job.pk) as running:
                jobs.handler_of(kind)(running)
        finally:
            job.refresh_from_db()
        return job

    def test_adjust_cost(self):
        dearer_chairs()

        job = self.run("adjust_cost")

        run = AdjustmentRun.objects.get()
        assert (job.state, job.done, job.total) == (JobState.DONE, 1, 1)
        assert run.job_id == job.pk
        assert job.result["url"] == reverse("costing:run_detail", args=[run.pk])
        assert ValueEntry.objects.get(adjustment=True).cost_amount_actual == Decimal("-2.00")

    def test_a_stop_takes_hold_between_items_and_the_run_can_go_on(self, monkeypatch):
        books = dearer_chairs()
        table = factories.item("TABLE")
        post(factories.purchase_order(table, quantity="1", unit_cost="1.00"))
        done = []

        def cancel_after_one(self):
            if done:
                raise jobs.JobCancelled
            done.append(True)

        monkeypatch.setattr(runs, "BATCH_ITEMS", 1)
        monkeypatch.setattr(jobs.RunningJob, "check_cancelled", cancel_after_one)
        job = self.run("adjust_cost")

        run = AdjustmentRun.objects.get()
        assert (job.state, run.state) == (JobState.CANCELLED, RunState.CANCELLED)
        assert sorted(run.items.values_list("state", flat=True)) == [RunState.DONE, RunState.WAITING]

        monkeypatch.undo()
        monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)
        jobs.retry(job.pk)
        with jobs.running(job.pk) as running:
            jobs.handler_of("adjust_cost")(running)

        run.refresh_from_db()
        assert run.state == RunState.DONE
        assert selectors.cost_status().filter(adjusted=False).count() == 0
        assert books.chair.pk

    def test_post_inventory_cost(self):
        books = dearer_chairs(automatic_cost_posting=False)
        block(books.account("cogs"))

        job = self.run("post_inventory_cost", post=True)

        run = PostToGLRun.objects.get()
        assert (job.state, job.warnings) == (JobState.DONE, 1)
        assert (run.job_id, run.state, run.posted_count, run.skipped_count) == (job.pk, RunState.DONE, 1, 1)
        assert ValueEntryToPost.objects.count() == 1

    def test_a_report_says_what_would_be_posted(self):
        dearer_chairs(automatic_cost_posting=False)

        job = self.run("post_inventory_cost", post=False)

        assert job.log.get().message == "2 value entries would be posted, 0 skipped."
        assert "posted" not in job.result
        assert ValueEntryToPost.objects.count() == 2


class TestCommands:
    def test_adjust_cost_prints_what_it_did(self, books, capsys):
        call_command("adjust_cost", json=True)

        result = json.loads(capsys.readouterr().out)
        assert (result["items"], result["entries"], result["amount"], result["failed"]) == (1, 1, "-2.00000", 0)

    def test_adjust_cost_of_one_item(self, books, capsys):
        post(factories.purchase_order(factories.item("TABLE"), quantity="1", unit_cost="1.00"))

        call_command("adjust_cost", "--item", "TABLE")

        assert "1 items adjusted, 0 entries" in capsys.readouterr().out
        assert selectors.cost_status().filter(adjusted=False).get() == books.chair

    def test_a_preview_prints_its_plan_and_posts_nothing(self, books, capsys):
        call_command("adjust_cost", preview=True, json=True)

        result = json.loads(capsys.readouterr().out)
        (line,) = result["plan"]
        assert (result["entries"], line["item"], line["cost_amount_actual"]) == (1, "CHAIR", "-2.00000")
        assert not ValueEntry.objects.filter(adjustment=True).exists()

    def test_adjust_cost_ends_with_one_when_an_item_failed(self, books, capsys, monkeypatch):
        def refuse(*_arguments):
            raise DomainError("Not today.", code=ErrorCode.PERIOD_CLOSED)

        monkeypatch.setattr(steps, "compute", refuse)
        with pytest.raises(SystemExit) as ended:
            call_command("adjust_cost")

        assert ended.value.code == 1
        assert "CHAIR (period_closed): Not today." in capsys.readouterr().out

    def test_adjust_cost_leaves_later_dates_alone(self, books):
        call_command("adjust_cost", "--through", "2026-03-01")

        assert not ValueEntry.objects.filter(adjustment=True).exists()

    @pytest.mark.parametrize("command", ["adjust_cost", "post_inventory_cost"])
    def test_an_unknown_item_is_bad_usage(self, books, command):
        with pytest.raises(CommandError, match="no item SOFA") as refused:
            call_command(command, "--item", "SOFA")

        assert refused.value.returncode == 2

    @pytest.mark.parametrize("command", ["adjust_cost", "post_inventory_cost"])
    def test_a_wrong_date_is_bad_usage(self, books, command):
        with pytest.raises(CommandError, match="is not a date"):
            call_command(command, "--through", "march")

    def test_post_inventory_cost_posts_all_that_waits(self, books, capsys):
        call_command("post_inventory_cost", json=True)

        result = json.loads(capsys.readouterr().out)
        assert (result["posted"], result["amount"], result["skipped"]) == (2, "20.00000", 0)
        assert not ValueEntryToPost.objects.exists()

    def test_post_inventory_cost_lists_what_it_skips_and_ends_with_one(self, books, capsys):
        block(books.account("cogs"))

        with pytest.raises(SystemExit) as ended:
            call_command("post_inventory_cost")

        assert ended.value.code == 1
        assert "1 skipped" in capsys.readouterr().out

    def test_report_only_posts_nothing(self, books, capsys):
        call_command("post_inventory_cost", "--report-only")

        assert "2 entries of 20.00000 would be posted" in capsys.readouterr().out
        assert not GLEntry.objects.exists()


class TestQueryCounts:
    @pytest.mark.parametrize("name", ["adjustment_status", "entry_point_list", "gl_waiting", "run_list", "gl_run_list"])
    def test_many_rows_take_as_many_queries_as_few(self, client, books, name):
        sign_in(client)
        adjustment.adjust_cost(today=DAY)
        post_to_gl.post_inventory_cost(through=DAY, post=False, today=DAY)
        url = reverse(f"costing:{name}")
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        for number in range(4):
            post(factories.purchase_order(factories.item(f"ITEM{number}"), quantity="1", unit_cost="1.00"))
            adjustment.adjust_cost(today=DAY)
            post_to_gl.post_inventory_cost(through=DAY, post=False, today=DAY)

        with CaptureQueriesContext(connection) as many:
            client.get(url)

        assert len(many) == len(few)
