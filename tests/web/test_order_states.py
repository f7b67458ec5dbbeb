"""An order is closed short with a reason, and reopened; what blocks it is said before."""

from decimal import Decimal

import pytest

from config.base.models import ChangeLog
from inventory import availability
from inventory.models import Document
from tests import factories
from tests.web.shop import post


@pytest.fixture
def part(shop):
    """10 ordered, 8 received and invoiced; 2 are outstanding."""
    shop.desk = factories.item("DESK")
    shop.order = factories.purchase_order(shop.desk, quantity="10", unit_cost="1", location=shop.locations["OSLO"])
    shop.order.lines.update(quantity_to_handle=Decimal(8), quantity_to_invoice=Decimal(8))
    return shop


def close(client, order, reason="Not made any more"):
    return client.post(f"/purchases/{order.no}/close/", {"reason": reason, "_request_key": "k"})


def waited_for(item):
    return sum(event.quantity for event in availability.events_of([item.pk]))


def test_the_rest_is_waited_for_no_more_until_it_is_reopened(client, part, sign_in):
    post(part.order)
    assert waited_for(part.desk) == 2
    sign_in("purchaser")
    assert "Close short" in client.get(f"/purchases/{part.order.no}/").content.decode()

    close(client, part.order)

    assert Document.objects.get(no=part.order.no).status == "closed_short"
    assert waited_for(part.desk) == 0
    log = ChangeLog.objects.get(record_no=part.order.no, reason="Not made any more")
    assert log.changes["status"] == ["open", "closed_short"]
    page = client.get(f"/purchases/{part.order.no}/").content.decode()
    assert "The order is closed short." in page

    client.post(f"/purchases/{part.order.no}/reopen/", {"reason": "They came", "_request_key": "r"})

    assert Document.objects.get(no=part.order.no).status == "open"
    assert waited_for(part.desk) == 2


def test_what_is_received_is_invoiced_first(client, part, sign_in):
    post(part.order, invoice=False)
    sign_in("purchaser")

    answer = close(client, part.order)

    assert answer.status_code == 422
    assert "8 of" in answer.content.decode()
    assert Document.objects.get(no=part.order.no).status == "open"


def test_what_is_not_begun_is_deleted_instead(client, part, sign_in):
    sign_in("purchaser")

    answer = close(client, part.order)

    assert answer.status_code == 422
    assert "Delete it instead." in answer.content.decode()
    assert "Close short" not in client.get(f"/purchases/{part.order.no}/").content.decode()


def test_a_reason_is_asked_for(client, part, sign_in):
    post(part.order)
    sign_in("purchaser")

    assert close(client, part.order, reason="").status_code == 422
    assert Document.objects.get(no=part.order.no).status == "open"


def test_only_an_order_that_is_closed_short_is_reopened(client, part, sign_in):
    sign_in("purchaser")

    answer = client.post(f"/purchases/{part.order.no}/reopen/", {"reason": "x", "_request_key": "r"})

    assert answer.status_code == 422
