"""Exports follow rights and are audited; a long one is made by a job, and its link stands in the bell."""

import csv
import io

import pytest
from django.contrib.auth.models import Permission

from config.base import tasks
from config.base.models import ChangeLog, Job, Notification
from config.base.views import exporting
from inventory.models import UnitOfMeasure
from tests import factories
from tests.web.addresses import addresses, arguments
from tests.web.one_of_each import one_of_each

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client, shop):
    def as_user(username, *, without=""):
        user = factories.user(username)
        if without:
            user.user_permissions.set(Permission.objects.filter(group__in=user.groups.all()).exclude(codename=without))
            user.groups.clear()
        client.force_login(user)
        return client

    return as_user


def exported():
    return ChangeLog.objects.filter(action="export")


class TestRights:
    def test_who_may_not_export_has_no_button_and_gets_a_page_that_names_the_capability(self, enter):
        client = enter("clerk", without="export")

        assert "/items.csv" not in client.get("/items/").content.decode()
        for ending in ("csv", "xlsx", "json"):
            answer = client.get(f"/items.{ending}")
            assert answer.status_code == 403
            assert "Export lists (export)" in answer.content.decode()
        assert not exported().exists()

    def test_who_may_has_both(self, enter):
        client = enter("lead")

        assert "/items.csv" in client.get("/items/").content.decode()
        assert client.get("/items.csv").status_code == 200

    def test_every_file_asks_for_the_right(self, shop, client, settings, tmp_path, monkeypatch):
        settings.MEDIA_ROOT = tmp_path
        world = one_of_each(shop)
        controller = world.of["controller"].user
        controller.groups.clear()
        controller.user_permissions.set(Permission.objects.exclude(codename="export"))
        client.force_login(controller)
        open_to_him = [
            address.route
            for address in addresses()
            if "export_format" in address.route
            and client.get(address.path(arguments(address, world, "controller")).partition("?")[0]).status_code != 403
        ]
        # A kind that is only imported has no file of what is there.
        assert open_to_him == ["/exports/journal_lines.<export_format:export_format>"]

    def test_heads_alone_are_no_export(self, enter):
        client = enter("lead")
        client.get("/exports/counts.xlsx?blank=1")

        assert not exported().exists()


class TestAudit:
    def test_says_who_took_out_what(self, enter):
        enter("lead").get("/items.csv?q=CHAIR&columns=no").getvalue()

        row = exported().get()
        assert (row.user.username, row.model_label, row.record_no) == ("lead", "export", "/items.csv")
        assert row.changes["rows"] == [None, 1]
        assert row.changes["filters"] == [None, "q=CHAIR&columns=no"]

    def test_a_file_of_a_kind_is_counted_too(self, enter):
        client = enter("purchaser")
        rows = len(client.get("/exports/vendors.csv").getvalue().splitlines()) - 1

        assert exported().get().changes["rows"] == [None, rows]

    def test_stands_in_the_audit_trail_for_who_may_see_it(self, enter):
        enter("lead").get("/items.csv")
        client = enter("auditor")

        page = client.get("/audit/?action=export").content.decode()

        assert "/items.csv" in page
        assert "lead" in page
        assert enter("accountant").get("/audit/").status_code in (200, 403)
        assert enter("clerk").get("/audit/").status_code == 403

    def test_costs_are_left_out_of_the_trail_for_an_administrator(self, enter):
        ChangeLog.objects.create(
            model_label="inventory.item", record_no="CHAIR", action="change", changes={"standard_cost": ["11", "12.5"]}
        )

        assert "12.5" in enter("auditor").get("/audit/").content.decode()
        assert "12.5" not in enter("admin").get("/audit/").content.decode()


class TestLongOnes:
    @pytest.fixture
    def long_list(self, settings, tmp_path, monkeypatch, no_broker):
        settings.MEDIA_ROOT = tmp_path
        monkeypatch.setattr(exporting, "AT_ONCE", 3)
        UnitOfMeasure.objects.bulk_create(UnitOfMeasure(code=f"U{number}", name="=unit") for number in range(5))

    @pytest.mark.django_db(transaction=True)
    def test_is_made_by_a_job_and_handed_out_to_who_asked(self, enter, long_list):
        client = enter("purchaser")
        answer = client.get("/units.csv?q=unit&columns=code,name")
        job = Job.objects.get(kind="export")
        assert answer.url == f"/jobs/{job.pk}/"
        assert answer.status_code == 302

        tasks.run_job(job_id=job.pk)

        job.refresh_from_db()
        assert (job.state, job.result["rows"]) == ("done", 5)
        bell = Notification.objects.get(user=job.requested_by)
        assert bell.url == f"/exports/files/{job.pk}/"
        sent = client.get(bell.url).getvalue().decode("utf-8-sig")
        assert [row[0] for row in csv.reader(io.StringIO(sent))][1:] == ["U0", "U1", "U2", "U3", "U4"]
        assert "'=unit" in sent
        assert exported().count() == 1
        assert enter("lead").get(bell.url).status_code == 404
        assert enter("clerk", without="export").get(bell.url).status_code == 403

    @pytest.mark.django_db(transaction=True)
    def test_asked_twice_it_is_one_job(self, enter, long_list):
        client = enter("purchaser")
        first, second = client.get("/units.csv"), client.get("/units.csv")

        assert first.url == second.url
        assert client.get("/units.json").status_code == 202

    @pytest.mark.django_db(transaction=True)
    def test_a_right_that_was_taken_away_meanwhile_counts(self, enter, long_list):
        client = enter("purchaser")
        client.get("/units.xlsx")
        user = factories.user("purchaser")
        user.groups.clear()
        job = Job.objects.get(kind="export")

        tasks.run_job(job_id=job.pk)

        job.refresh_from_db()
        assert job.state == "failed"
        assert "file" not in job.result
