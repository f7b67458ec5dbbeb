"""What was imported stands in a history; a long file is rehearsed and imported by a job, all of it or nothing."""

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.base import jobs, tasks
from config.base.models import ChangeLog, Job, Notification
from costing.imports import runs
from costing.models import ImportRun
from inventory.models import Item, ItemLedgerEntry, Vendor
from tests import factories
from tests.web.bad_input import row_counts, table_names

pytestmark = pytest.mark.django_db
HEADS = "no\tname\tgen_bus_posting_group\n"
# What a job writes about itself, whatever becomes of its work.
OF_JOBS = ("base_job", "base_joblog", "base_notification", "costing_importrun", "base_requestkey")


@pytest.fixture
def enter(client, shop):
    def as_user(username):
        client.force_login(factories.user(username))
        return client

    return as_user


def vendors(count, *, faulty=()):
    group = Vendor.objects.first().gen_bus_posting_group.code
    return HEADS + "".join(f"N{n}\tVendor {n}\t{'NOPE' if n in faulty else group}\n" for n in range(1, count + 1))


def send(client, text, **more):
    return client.post("/import/vendors/", {"text": text, "_request_key": "k", **more})


def books():
    return row_counts([name for name in table_names() if name not in OF_JOBS])


class TestHistory:
    def test_says_who_brought_what_when_and_what_was_made(self, enter):
        client = enter("purchaser")
        upload = SimpleUploadedFile("vendors.csv", vendors(2).replace("\t", ",").encode())

        assert client.post("/import/vendors/", {"file": upload, "text": "", "_request_key": "k"}).status_code == 302

        run = ImportRun.objects.get()
        assert (run.user.username, run.kind, run.file_name) == ("purchaser", "vendors", "vendors.csv")
        assert (run.state, run.rows, run.imported, run.made) == ("done", 2, 2, [["", "N1"], ["", "N2"]])
        assert "vendors.csv" in client.get("/import/runs/").content.decode()
        assert 'href="/vendors/N1/"' in client.get(f"/import/runs/{run.pk}/").content.decode()

    def test_the_name_of_the_file_goes_through_its_preview(self, enter):
        client = enter("purchaser")
        upload = SimpleUploadedFile("vendors.csv", vendors(1).encode())
        shown = client.post("/import/vendors/", {"file": upload, "text": "", "_preview": "1"})
        form = shown.context["form"]

        send(client, form["text"].value(), file_name=form["file_name"].value())

        assert ImportRun.objects.get().file_name == "vendors.csv"

    def test_what_is_posted_leads_to_its_entries(self, enter):
        client = enter("controller")
        factories.user("controller").groups.add(*factories.user("lead").groups.all())
        heads = "document_no\tposting_date\titem_no\tlocation\tquantity\tunit_cost\n"
        text = f"{heads}OPEN-1\t2026-03-01\tCHAIR\tOSLO\t3\t19\n"

        client.post("/import/balances/", {"text": text, "_request_key": "k"})

        run = ImportRun.objects.get()
        assert run.made == [["", "OPEN-1"]]
        assert re.search(r'href="/find-entries/\?document_no=%3DOPEN-1"|document_no=OPEN-1', _page(client, run))
        assert ItemLedgerEntry.objects.filter(document_no="OPEN-1").count() == 1

    def test_a_refused_one_leaves_nothing(self, enter):
        client = enter("purchaser")
        before = row_counts(table_names())

        assert send(client, vendors(3, faulty=[2])).status_code == 422
        assert row_counts(table_names()) == before

    def test_is_of_those_who_may_import_the_kind_and_of_auditors(self, enter):
        send(enter("purchaser"), vendors(1))
        run = ImportRun.objects.get()

        assert enter("lead").get(f"/import/runs/{run.pk}/").status_code == 404
        assert enter("auditor").get(f"/import/runs/{run.pk}/").status_code == 200
        assert enter("clerk").get("/import/runs/").status_code == 403


def _page(client, run):
    return client.get(f"/import/runs/{run.pk}/").content.decode()


@pytest.mark.django_db(transaction=True)
class TestLongOnes:
    @pytest.fixture(autouse=True)
    def _long(self, monkeypatch, no_broker):
        monkeypatch.setattr(runs, "LONG_FROM", 3)

    def test_is_rehearsed_then_imported_by_jobs(self, enter):
        client, before = enter("purchaser"), books()
        answer = send(client, vendors(5), _preview="1")
        job = Job.objects.get()
        assert answer.url == f"/jobs/{job.pk}/"

        tasks.run_job(job_id=job.pk)

        rehearsal = ImportRun.objects.get()
        assert (rehearsal.state, rehearsal.imported, books()) == ("rehearsed", 5, before)
        assert Notification.objects.get().url == f"/import/runs/{rehearsal.pk}/"
        assert f"/import/runs/{rehearsal.pk}/import/" in _page(client, rehearsal)
        client.post(f"/import/runs/{rehearsal.pk}/import/", {"_request_key": "again"})
        tasks.run_job(job_id=Job.objects.latest("pk").pk)

        run = ImportRun.objects.latest("pk")
        assert (run.state, run.imported, run.content) == ("done", 5, "")
        assert Vendor.objects.filter(no__startswith="N").count() == 5
        assert ChangeLog.objects.filter(origin="import", user=run.user, record_no="N5").count() == 1
        assert client.post(f"/import/runs/{rehearsal.pk}/import/", {"_request_key": "third"}).status_code == 422

    def test_refused_it_names_every_row_and_leaves_the_books(self, enter):
        client = enter("purchaser")
        assert send(client, vendors(6, faulty=[2, 5])).status_code == 302
        before = books()

        tasks.run_job(job_id=Job.objects.get().pk)

        run = ImportRun.objects.get()
        assert (run.state, run.refused_rows, [problem["line"] for problem in run.problems]) == ("refused", 2, [3, 6])
        assert (Job.objects.get().state, books()) == ("failed", before)
        assert "NOPE" in _page(client, run)

    def test_stopped_it_leaves_the_books_as_before(self, enter, monkeypatch):
        client = enter("purchaser")
        send(client, vendors(5))
        before = books()

        def stop(job):
            raise jobs.JobCancelled

        monkeypatch.setattr(jobs.RunningJob, "check_cancelled", stop)
        tasks.run_job(job_id=Job.objects.get().pk)

        assert (Job.objects.get().state, books()) == ("cancelled", before)
        assert "Cancelled" in client.get("/import/runs/").content.decode()

    def test_a_worker_that_lost_its_job_writes_nothing(self, enter, monkeypatch):
        send(enter("purchaser"), vendors(5))
        before = books()

        def lost(job):
            raise jobs.AttemptLost

        monkeypatch.setattr(jobs.RunningJob, "check_attempt", lost)
        tasks.run_job(job_id=Job.objects.get().pk)

        assert (ImportRun.objects.get().state, books()) == ("waiting", before)

    def test_done_but_not_told_it_is_not_done_again(self, enter):
        send(enter("purchaser"), vendors(5))
        job = Job.objects.get()
        tasks.run_job(job_id=job.pk)
        Job.objects.update(state="queued", finished_at=None)

        tasks.run_job(job_id=job.pk)

        assert Job.objects.get().state == "done"
        assert Vendor.objects.filter(no__startswith="N").count() == 5

    def test_a_right_taken_away_meanwhile_counts(self, enter):
        send(enter("purchaser"), vendors(5))
        factories.user("purchaser").groups.clear()

        tasks.run_job(job_id=Job.objects.get().pk)

        assert ImportRun.objects.get().state == "refused"
        assert not Vendor.objects.filter(no__startswith="N").exists()

    def test_sent_twice_it_is_one_job(self, enter):
        client = enter("purchaser")
        first, second = send(client, vendors(5)), send(client, vendors(5))

        assert first.url == second.url
        assert Job.objects.count() == 1


def test_more_than_the_pages_take_at_once_is_refused(enter):
    rows = io.StringIO()
    rows.write(HEADS)
    rows.writelines(f"N{n}\tV\tX\n" for n in range(100_001))

    upload = SimpleUploadedFile("many.csv", rows.getvalue().encode())
    answer = enter("purchaser").post("/import/vendors/", {"file": upload, "text": "", "_request_key": "k"})

    assert answer.status_code == 422
    assert not Item.objects.filter(no="N1").exists()
