import threading

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User

from config.base.admin import CostFieldsAdmin, ReadOnlyAdmin
from config.base.models import ChangeLog, Company, NumberSeries, Schedule
from config.base.transactions import posting
from tests import threads
from tests.jobs import handlers  # noqa: F401 registers test.work

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    user = User.objects.create_user("admin", password="lagerbok", is_staff=True)
    user.groups.add(Group.objects.get(name="Administrator"))
    return user


@pytest.fixture
def signed_in(client, administrator):
    client.force_login(administrator)
    return client


def line_form(**fields):
    empty = {"starting_date": "", "ending_no": "", "warning_no": "", "last_no_used": "", "last_date_used": ""}
    line = {"id": "", "starting_no": "PO-1", "increment": "1", "open": "on", **empty, **fields}
    form = {f"lines-0-{name}": value for name, value in line.items()}
    return {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-MAX_NUM_FORMS": "1000", **form}


class TestChangeLogAdmin:
    def test_logs_a_new_record_with_its_lines(self, signed_in, administrator):
        form = {"code": "PO", "description": "Purchases", "default_allowed": "on", **line_form()}

        response = signed_in.post("/admin/base/numberseries/add/", form)

        assert response.status_code == 302
        assert list(ChangeLog.objects.order_by("pk").values_list("model_label", "record_no", "action", "origin")) == [
            ("base.numberseries", "PO", "add", "admin"),
            ("base.numberseriesline", str(NumberSeries.objects.get().lines.get().pk), "add", "admin"),
        ]

    def test_logs_which_field_changed_and_who_did_it(self, signed_in, administrator):
        form = {
            "name": "Gifts Ltd",
            "currency_code": "GBP",
            "amount_rounding_precision": "0.01000",
            "unit_amount_rounding_precision": "0.00001",
            "time_zone": "Europe/Oslo",
        }

        assert signed_in.post("/admin/base/company/1/change/", form).status_code == 302

        entry = ChangeLog.objects.get()
        assert entry.user == administrator
        assert entry.changes == {"name": ["Lagerbok", "Gifts Ltd"], "currency_code": ["EUR", "GBP"]}

    def test_logs_a_deleted_record(self, client):
        client.force_login(User.objects.create_superuser("root"))
        series = NumberSeries.objects.create(code="PO")

        client.post(f"/admin/base/numberseries/{series.pk}/delete/", {"post": "yes"})

        assert ChangeLog.objects.get().action == "delete"

    def test_logs_every_record_of_a_bulk_delete(self, client):
        client.force_login(User.objects.create_superuser("root"))
        keys = [NumberSeries.objects.create(code=code).pk for code in ("A", "B")]

        client.post("/admin/base/numberseries/", {"action": "delete_selected", "_selected_action": keys, "post": "yes"})

        assert not NumberSeries.objects.exists()
        assert sorted(ChangeLog.objects.values_list("record_no", flat=True)) == ["A", "B"]

    def test_logs_who_was_given_which_group(self, signed_in):
        ole = User.objects.create_user("ole")
        auditor = Group.objects.get(name="Auditor")
        form = {
            "username": "ole", "is_active": "on", "groups": [auditor.pk],
            "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
        }  # fmt: skip

        assert signed_in.post(f"/admin/auth/user/{ole.pk}/change/", form).status_code == 302

        assert {"groups": [[], ["Auditor"]]} in ChangeLog.objects.values_list("changes", flat=True)


class TestReadOnlyAdmin:
    def test_shows_the_change_log_to_who_may_audit(self, signed_in):
        assert signed_in.get("/admin/base/changelog/").status_code == 200
        assert signed_in.get("/admin/base/changelog/add/").status_code == 403

    def test_refuses_without_the_capability(self, signed_in):
        Group.objects.get(name="Administrator").permissions.remove(Permission.objects.get(codename="audit_view"))

        assert signed_in.get("/admin/base/changelog/").status_code == 403

    def test_every_list_of_the_admin_opens(self, client):
        client.force_login(User.objects.create_superuser("root"))
        for model, model_admin in admin.site._registry.items():
            response = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
            assert response.status_code == 200, model_admin

    def test_there_is_one_company(self, client):
        client.force_login(User.objects.create_superuser("root"))

        assert client.get("/admin/base/company/add/").status_code == 403
        assert client.post("/admin/base/company/1/delete/").status_code == 403


class TestSchedules:
    def test_are_made_only_for_kinds_that_somebody_runs(self, signed_in):
        form = {
            "kind": "nonsense", "title": "Nightly", "every": "day", "parameters": "{}",
            "next_run_at_0": "2026-01-01", "next_run_at_1": "01:00:00",
        }  # fmt: skip

        signed_in.post("/admin/base/schedule/add/", form)
        assert not Schedule.objects.exists()
        signed_in.post("/admin/base/schedule/add/", {**form, "kind": "test.work"})
        assert Schedule.objects.get().kind == "test.work"


@pytest.mark.django_db(transaction=True)
class TestSetupAdmin:
    def test_waits_for_postings_and_then_says_try_again(self, signed_in, settings):
        settings.LOCK_TIMEOUT_MS = 50
        done, posted = threading.Event(), threading.Event()

        def post():
            with posting():
                posted.set()
                done.wait(10)

        somebody = threads.start(post)
        posted.wait(10)
        form = {
            "name": "Gifts Ltd", "currency_code": "GBP", "time_zone": "Europe/Oslo",
            "amount_rounding_precision": "1", "unit_amount_rounding_precision": "0.00001",
        }  # fmt: skip
        response = signed_in.post("/admin/base/company/1/change/", form, follow=True)
        done.set()
        somebody.result(10)

        assert "try again" in response.content.decode()
        assert Company.objects.get().currency_code == "EUR"


class TestFourEyes:
    def test_nobody_gives_himself_a_group_or_makes_himself_superuser(self, signed_in, administrator):
        controller = Group.objects.get(name="Controller")
        form = {
            "username": "admin", "is_active": "on", "is_staff": "on", "is_superuser": "on", "groups": [controller.pk],
            "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00",
        }  # fmt: skip

        signed_in.post(f"/admin/auth/user/{administrator.pk}/change/", form)

        administrator.refresh_from_db()
        assert not administrator.is_superuser
        assert [group.name for group in administrator.groups.all()] == ["Administrator"]

    def test_a_superuser_is_not_changed_by_others(self, signed_in):
        root = User.objects.create_superuser("root", password="secret")

        signed_in.post(f"/admin/auth/user/{root.pk}/password/", {"password1": "x7Kq!92p", "password2": "x7Kq!92p"})

        root.refresh_from_db()
        assert root.check_password("secret")


class CompanyWithSecrets(CostFieldsAdmin):
    list_display = ["name", "amount_rounding_precision"]
    fields = [("name", "currency_code"), "amount_rounding_precision"]
    readonly_fields = ["amount_rounding_precision"]
    cost_fields = ["amount_rounding_precision"]


class TestCostFieldsAdmin:
    def fields_of(self, rf, user):
        request = rf.get("/")
        request.user = user
        model_admin = CompanyWithSecrets(Company, admin.site)
        return model_admin.get_list_display(request), model_admin.get_fieldsets(request)[0][1]["fields"]

    def test_leaves_cost_out_without_cost_view(self, rf, administrator):
        assert self.fields_of(rf, administrator) == (["name"], [["name", "currency_code"]])

    def test_shows_cost_to_who_may_see_it(self, rf):
        columns, fields = self.fields_of(rf, User.objects.create_superuser("root"))

        assert columns == ["name", "amount_rounding_precision"]
        assert fields == [["name", "currency_code"], "amount_rounding_precision"]


class TestLedgers:
    def test_offer_no_actions(self, rf):
        request = rf.get("/")
        request.user = User.objects.create_superuser("root")

        assert ReadOnlyAdmin(ChangeLog, admin.site).get_actions(request) == {}
