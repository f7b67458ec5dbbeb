"""Steps of the application worksheet.

`unapply` and `apply` work in the session of their item, which the first of them opens. It is closed as soon as an
`apply` leaves no issue open, else by the next step that posts: nobody posts an item while it is unapplied.
"""

from __future__ import annotations

from django.db.models import Q

from costing import application_worksheet
from inventory.models import ApplicationWorksheet, ItemApplicationEntry
from tests.scenarios.loading import ScenarioError
from tests.scenarios.shared import Body
from tests.scenarios.world import World

WITHIN = ("unapply", "apply", "expect", "adjust_cost", "set", "post_to_gl")
"""Steps that do not end a session."""


def unapply(world: World, step: Body) -> None:
    """Take `of` apart: from `to`, or from all that it is applied to."""
    for application_id in _applications(world, step):
        application_worksheet.unapply(application_id=application_id, user_id=world.user_id)


def apply(world: World, step: Body) -> None:
    one, other = (world.one_entry(step[key]) for key in ("of", "to"))
    assert one is not None and other is not None
    application_worksheet.apply(entry_id=one.pk, to_entry_id=other.pk, user_id=world.user_id)
    session = ApplicationWorksheet.objects.filter(item_id=one.item_id).first()
    if session and not session.touched.filter(entry__open=True, entry__quantity__lt=0).exists():
        application_worksheet.close(item_id=one.item_id, user_id=world.user_id)


def close_before(world: World, step_name: str) -> None:
    """Close open sessions before a step that may post."""
    if step_name not in WITHIN:
        for item_id in ApplicationWorksheet.objects.order_by("pk").values_list("pk", flat=True):
            application_worksheet.close(item_id=item_id, user_id=world.user_id)


def _applications(world: World, step: Body) -> list[int]:
    of = world.entry_ids(step["of"])
    links = ItemApplicationEntry.objects.active().exclude(outbound_item_entry=None).order_by("pk")
    if "to" in step:
        to = world.entry_ids(step["to"])
        pair = Q(inbound_item_entry__in=of, outbound_item_entry__in=to)
        found = links.filter(pair | Q(inbound_item_entry__in=to, outbound_item_entry__in=of))
    else:
        found = links.filter(item_ledger_entry__in=of) or links.filter(
            Q(inbound_item_entry__in=of) | Q(outbound_item_entry__in=of)
        )
    if not found:
        raise ScenarioError(f"{step['of']} is applied to nothing")
    return [link.pk for link in found]
