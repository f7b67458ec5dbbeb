"""Pages of cost adjustment: its status, previews, trying an item again, and leaving one out."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from config.base.jobs import queue
from config.base.models import ChangeLog, Job
from costing import adjustment
from costing.enums import RunState
from costing.models import AdjustmentRun, InventoryAdjmtEntryOrder, ItemCostState
from tests import factories
from tests.web.costing_books import DAY, dearer_chairs, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_broker(monkeypatch):
    monkeypatch.setattr(queue.current_app, "send_task", lambda *_args, **_kwargs: None)


@pytest.fixture
def books():
    return dearer_chairs(automatic_cost_posting=False)


def shown(page):
    return {str(figure.label): figure.value for figure in page.context["figures"]}


class TestStatusFigures:
    def test_count_what_their_lists_show(self, client, books):
        factories.item("SOFA")
        ItemCostState.objects.create(item=factories.item("LAMP"), excluded=True)
        sign_in(client)

        page = client.get(reverse("costing:adjustment_status"))

        assert shown(page) == {
            "Items not adjusted": 1,
            "Entry points": 2,
            "Not adjusted from": DAY,
            "Orders not adjusted": 0,
            "Excluded items": 1,
            "Failed items": 0,
        }
        for figure in page.context["figures"]:
            if figure.kind == "integer":
                assert client.get(figure.url).context["count"] == figure.value, figure.label

    def test_say_what_the_latest_preview_would_change(self, client, books):
        adjustment.adjust_cost(today=DAY, preview=True)
        sign_in(client)

        page = client.get(reverse("costing:adjustment_status"))

        assert shown(page)["Change when adjusted"] == Decimal("-2.00")

    def test_name_failed_items_with_their_reason(self, client, books):
        fail_run(books)
        sign_in(client)

        page = client.get(reverse("costing:adjustment_status"), {"failed": "yes"})

        (row,) = page.context["table"].rows
        assert shown(page)["Failed items"] == 1
        assert row.record.failure == "The account is blocked."
        assert "The account is blocked." in page.content.decode()


def fail_run(books):
    """A run that could not adjust the chair."""
    run = AdjustmentRun.objects.create(state=RunState.DONE, created_at=timezone.now())
    run.items.create(
        item=books.chair, state=RunState.FAILED, failure="The account is blocked.", error_code="blocked_account"
    )
    return run


class TestEntryPointPage:
    def test_lists_from_when_each_place_is_unadjusted(self, client, books):
        sign_in(client)

        page = client.get(reverse("costing:entry_point_list"))

        found = [
            (row.record.item.no, str(row.record.location), row.record.valuation_date)
            for row in page.context["table"].rows
        ]
        assert found == [("CHAIR", "OSLO", DAY), ("CHAIR", "OSLO", DAY.replace(day=3))]
        assert client.get(reverse("costing:entry_point_list_export", args=["csv"])).status_code == 200


class TestOrderPage:
    def test_lists_orders_that_are_not_adjusted(self, client, books):
        InventoryAdjmtEntryOrder.objects.create(
            order_type="assembly", order_no="A1", item=books.chair, is_finished=True, cost_is_adjusted=False
        )
        sign_in(client)

        page = client.get(reverse("costing:order_state_list"), {"is_finished": "yes", "cost_is_adjusted": "no"})

        assert [row.record.order_no for row in page.context["table"].rows] == ["A1"]
        status = client.get(reverse("costing:adjustment_status"), {"adjusted": "no"})
        assert shown(status)["Orders not adjusted"] == 1


class TestPreviewPages:
    def test_start_a_job_that_posts_nothing(self, client, books):
        sign_in(client)

        client.post(reverse("costing:adjust"), {"item": "CHAIR", "preview": "on"})

        job = Job.objects.get()
        assert job.parameters == {"item_ids": [books.chair.pk], "through": None, "preview": True}
        assert job.title == "Preview cost adjustment"

    def test_show_what_would_be_posted(self, client, books):
        result = adjustment.adjust_cost(today=DAY, preview=True)
        sign_in(client)

        page = client.get(reverse("costing:run_detail", args=[result.run_id]))

        assert shown(page) == {"Items": 1, "Failed": 0, "Entries planned": 1, "Net amount": Decimal("-2.00")}
        assert "Nothing was posted" in page.content.decode()
        plan = client.get(
            reverse("costing:run_plan", args=[result.run_id]), {"item": "CHAIR", "posting_date": "2026-03"}
        )
        (row,) = plan.context["table"].rows
        assert (row.record.posting_date, row.record.cost_amount_actual) == (DAY.replace(day=3), Decimal("-2.00"))
        assert plan.context["view"].totals_found.sums["cost_amount_actual"] == Decimal("-2.00")

    def test_add_up_by_month(self, client, books):
        result = adjustment.adjust_cost(today=DAY, preview=True)
        sign_in(client)

        page = client.get(reverse("costing:run_detail", args=[result.run_id]))

        (months,) = [section for section in page.context["sections"] if section.key == "months"]
        assert [(field.label, field.value) for field in months.fields] == [("2026-03", Decimal("-2.00"))]
        assert client.get(months.fields[0].url).context["count"] == 1

    def test_of_a_real_run_there_is_no_plan(self, client, books):
        result = adjustment.adjust_cost(today=DAY)
        sign_in(client)

        assert client.get(reverse("costing:run_plan", args=[result.run_id])).status_code == 404


class TestRetry:
    def test_starts_a_run_for_the_item(self, client, books):
        run = fail_run(books)
        sign_in(client)
        url = reverse("costing:run_item_retry", args=[run.pk, books.chair.pk])
        assert "The account is blocked." in client.get(url).content.decode()

        client.post(url, {})

        assert Job.objects.get().parameters == {"item_ids": [books.chair.pk], "through": None, "preview": False}

    def test_is_refused_without_the_right(self, client, books):
        run = fail_run(books)
        sign_in(client, "auditor")

        assert client.post(reverse("costing:run_item_retry", args=[run.pk, books.chair.pk]), {}).status_code == 403
        assert not Job.objects.exists()


class TestExclusion:
    def test_leaves_the_item_out_and_takes_it_in_again(self, client, books):
        factories.bom_line(parent=factories.item("SET"), component=books.chair, quantity_per=Decimal(4))
        sign_in(client)
        url = reverse("costing:item_exclude", args=["CHAIR"])
        assert "SET" in client.get(url).content.decode(), "the effect on products is told"

        client.post(url, {"reason": "Being looked into"})

        assert adjustment.unadjusted_item_ids() == []
        assert ChangeLog.objects.get(model_label="costing.itemcoststate").reason == "Being looked into"
        client.post(url, {})
        assert adjustment.unadjusted_item_ids() == [books.chair.pk]

    def test_is_refused_without_the_right(self, client, books):
        sign_in(client, "auditor")

        assert client.post(reverse("costing:item_exclude", args=["CHAIR"]), {}).status_code == 403
