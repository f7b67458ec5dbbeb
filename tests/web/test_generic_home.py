"""Home, menu, search, jobs, preferences: what stands around the pages."""

from datetime import timedelta

import pytest
from django.urls import resolve, reverse
from django.utils import timezone

from config.base.models import Job, JobLog, Notification, SavedView, UserPreference
from config.navigation import MENU, find_pages, pages_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant(client):
    factories.company()
    client.force_login(factories.user("accountant"))
    return client


class TestTheMenu:
    @pytest.mark.parametrize("username", list(factories.USERNAMES))
    def test_offers_nothing_that_is_then_refused(self, client, username):
        factories.company()
        user = factories.user(username)
        client.force_login(user)

        refused = [
            url
            for _area, pages in pages_of(user)
            for _page, url in pages
            if client.get(url).status_code not in (200, 302)
        ]

        assert refused == []

    def test_names_only_rights_that_exist(self):
        from config.base.capabilities import CAPABILITIES, permission

        known = {permission(name) for name in CAPABILITIES}
        named = {name for area in MENU for page in area.pages for name in page.permissions}
        assert named - known == set()

    def test_marks_the_page_that_a_card_belongs_to(self, accountant):
        factories.item("CHAIR")

        html = accountant.get("/items/CHAIR/").content.decode()

        assert '<a href="/items/" aria-current="page">' in html

    def test_hides_finance_from_a_clerk(self):
        areas = [area.key for area, _pages in pages_of(factories.user("clerk"))]

        assert areas == ["home", "items", "purchasing", "sales", "warehouse", "setup"]


class TestHome:
    @pytest.mark.parametrize("username", list(factories.USERNAMES))
    def test_opens_for_everybody_and_its_tiles_lead_somewhere(self, client, username):
        factories.company()
        client.force_login(factories.user(username))

        response = client.get("/")

        assert response.status_code == 200
        for _group, cues in response.context["cue_groups"]:
            assert [cue.label for cue in cues if client.get(cue.url).status_code != 200] == []

    def test_shows_no_amount_of_cost_to_a_clerk(self, client):
        factories.company()
        client.force_login(factories.user("clerk"))

        html = client.get("/").content.decode()

        assert "adjusted" not in html
        assert "G/L" not in html

    def test_lists_pinned_views_that_have_an_address(self, accountant):
        owner = factories.user("accountant")
        for name, of in (("Chairs", "inventory:item_list"), ("Old", "inventory:item_entries")):
            SavedView.objects.create(owner=owner, list_name=of, name=name, query="no=CH*", pinned=True)

        html = accountant.get("/").content.decode()

        assert '<a href="/items/?no=CH*">' in html
        assert "Old" not in html


class TestSearch:
    def test_finds_pages_by_other_words(self):
        assert [str(hit.label) for hit in find_pages(factories.user("accountant"), "supplier")] == ["Vendors"]

    def test_finds_records(self, accountant):
        factories.item("CHAIR", description="Oak chair")

        response = accountant.get("/search/?q=oak", headers={"HX-Request": "true"})

        html = response.content.decode()
        assert "<html" not in html
        assert 'href="/items/CHAIR/"' in html

    def test_says_that_nothing_is_called_so(self, accountant):
        assert "Nothing is called “xyzzy”." in accountant.get("/search/?q=xyzzy").content.decode()

    def test_finds_no_page_that_the_user_may_not_open(self):
        assert find_pages(factories.user("clerk"), "reconciliation") == []


class TestJobs:
    def job(self, user="accountant", **fields):
        now = timezone.now()
        defaults = {
            "kind": "adjust_cost",
            "title": "Adjust cost",
            "state": "running",
            "done": 30,
            "total": 120,
            "attempt": 1,
            "requested_by": factories.user(user),
            "started_at": now - timedelta(seconds=30),
            "heartbeat_at": now,
        }
        return Job.objects.create(**(defaults | fields))

    def fragment(self, client, job):
        return client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()

    def test_show_progress_and_ask_again_while_they_run(self, accountant):
        job = self.job()
        JobLog.objects.create(job=job, level="warning", message="CHAIR has no unit cost.")

        html = self.fragment(accountant, job)

        assert 'data-state="running"' in html
        assert "30 of 120" in html
        assert "25 %" in html
        assert "about 01:30 left" in html
        assert 'hx-trigger="every 2s"' in html
        assert "CHAIR has no unit cost." in html
        assert "Cancel" in html

    def test_look_less_often_after_a_while(self, accountant):
        job = self.job(started_at=timezone.now() - timedelta(hours=1))

        assert 'hx-trigger="every 10s"' in self.fragment(accountant, job)

    def test_stop_asking_in_a_final_state(self, accountant):
        job = self.job(state="done", finished_at=timezone.now(), done=120)

        html = self.fragment(accountant, job)

        assert "hx-trigger" not in html
        assert 'aria-busy="false"' in html
        assert "Cancel" not in html

    def test_show_what_they_gave_but_no_amount_without_the_right_to_see_cost(self, accountant, client):
        result = {"url": "/costing/runs/1/", "items": 12, "amount": "-1234.5"}
        job = self.job(state="done", finished_at=timezone.now(), result=result)

        shown = self.fragment(accountant, job)
        client.force_login(factories.user("admin"))
        hidden = self.fragment(client, job)

        assert 'href="/costing/runs/1/"' in shown
        assert 'data-value="-1234.50"' in shown
        assert "1234.5" not in hidden
        assert 'data-value="12"' in hidden

    def test_say_since_when_nothing_was_heard(self, accountant):
        job = self.job(heartbeat_at=timezone.now() - timedelta(minutes=5))

        html = self.fragment(accountant, job)

        assert 'data-state="stalled"' in html
        assert "No sign of life since" in html

    def test_tell_why_they_failed_and_offer_to_run_again(self, accountant):
        job = self.job(
            state="failed", finished_at=timezone.now(), message="No COGS account.", error_code="missing_posting_setup"
        )

        html = self.fragment(accountant, job)

        assert "No COGS account." in html
        assert "missing_posting_setup" in html
        assert "Run again" in html

    def test_are_cancelled_by_whoever_asked_for_them(self, accountant):
        job = self.job(state="queued", started_at=None, heartbeat_at=None)

        accountant.post(f"/jobs/{job.pk}/cancel/")

        job.refresh_from_db()
        assert job.state == "cancelled"

    def test_of_others_are_not_seen(self, accountant):
        job = self.job(user="controller")

        assert accountant.get(f"/jobs/{job.pk}/").status_code == 404
        assert accountant.post(f"/jobs/{job.pk}/cancel/").status_code == 404
        assert "Adjust cost</a>" not in accountant.get("/jobs/").content.decode()

    def test_of_everybody_are_seen_by_whoever_manages_jobs(self, client):
        self.job(user="controller")
        client.force_login(factories.user("admin"))

        assert "Adjust cost</a>" in client.get("/jobs/").content.decode()


class TestPreferences:
    def test_change_language_region_and_look(self, accountant):
        sent = {"language": "", "region": "nb", "theme": "dark", "density": "compact", "work_date": "2026-03-31"}

        accountant.post("/preferences/", sent)

        html = accountant.get("/preferences/").content.decode()
        assert 'data-theme="dark"' in html
        assert 'data-density="compact"' in html
        assert 'data-shortcuts="off"' in html
        assert "31.03.2026" in html

    def test_change_the_theme_from_the_menu_and_stay(self, accountant):
        response = accountant.post("/preferences/look/", {"theme": "dark", "next": "/items/?q=oak"})

        assert response.url == "/items/?q=oak"
        assert UserPreference.objects.get().theme == "dark"

    def test_lead_to_no_other_host(self, accountant):
        response = accountant.post("/preferences/look/", {"theme": "dark", "next": "https://example.com/"})

        assert response.url == "/"

    def test_number_of_unread_notifications_stands_on_the_bell(self, accountant):
        Notification.objects.create(user=factories.user("accountant"), text="Adjust cost is done.", url="/jobs/")

        assert "1 notification" in accountant.get("/").content.decode()
        accountant.post("/notifications/")
        assert "1 notification" not in accountant.get("/").content.decode()


class TestErrorPages:
    def test_missing_pages_say_so(self, accountant):
        response = accountant.get("/items/NOTHING/")

        assert response.status_code == 404
        assert "There is no page or record at this address" in response.content.decode()

    def test_help_has_an_index_and_topics_that_fall_back_to_it(self, accountant):
        assert "How the pages work" in accountant.get("/help/").content.decode()
        assert "How the pages work" in accountant.get("/help/unknown/").content.decode()


def test_every_shared_address_resolves():
    for name in ("home", "search", "job_list", "notification_list", "preferences", "help"):
        assert resolve(reverse(f"base:{name}"))
