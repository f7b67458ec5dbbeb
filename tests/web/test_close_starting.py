"""A close is started, worked by a job, and reversed."""

from datetime import date

import pytest
from django.urls import reverse

from config.base import jobs
from config.base.models import Job, JobState, Notification
from costing import closing
from costing.enums import RunState
from costing.models import InventoryClose, ValueEntry
from tests import factories
from tests.web.closing_books import END, close, january, labels, sale_of, totals, url
from tests.web.costing_books import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_broker")]


@pytest.fixture
def month():
    return january()


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
