"""The steps of a scenario, each a small function over the public use cases.

A step returns nothing: it names what it made in the world. It raises DomainError as the use case did, or NotBuilt where
there is no use case yet.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import get_user_model

from costing import setup_changes
from costing.adjustment import adjust_cost
from costing.models import AdjustmentRunItem, SkippedEntry
from costing.post_to_gl import post_inventory_cost
from tests.scenarios import closing, documents, goods, making, valuing, worksheet
from tests.scenarios import world as worlds
from tests.scenarios.shared import Body
from tests.scenarios.world import World


def set_(world: World, step: Body) -> None:
    """Change a field of the setup, of an item, or the account of a role."""
    if "setup" in step:
        _set_setup(world, step["setup"])
    elif "account" in step:
        worlds.map_account(step["account"], step["number"])
    else:
        worlds.change_item(world.item(step["item"]), step)


def run_adjustment(world: World, step: Body) -> None:
    result = adjust_cost(item_ids=_item_ids(world, step), through=step.get("through"), user_id=world.user_id)
    if result.failed:
        reasons = AdjustmentRunItem.objects.filter(run_id=result.run_id).exclude(failure="")
        raise AssertionError("; ".join(reasons.values_list("failure", flat=True)))


def run_post_to_gl(world: World, step: Body) -> None:
    grouped = step.get("per") == "posting_group"
    result = post_inventory_cost(
        through=step.get("through"),
        per_posting_group=grouped,
        document_no="GROUPED" if grouped else "",
        post=step.get("post", True),
        user_id=world.user_id,
    )
    if result.skipped:
        reasons = SkippedEntry.objects.filter(run_id=result.run_id)
        raise AssertionError("not posted to G/L: " + "; ".join(reasons.values_list("reason", flat=True)))


def undo(world: World, step: Body) -> None:
    """Take back an assembly, or the posted lines behind a ref."""
    if making.is_assembly(world, step["of"]):
        making.unassemble(world, step)
    else:
        documents.undo(world, step)


STEPS: dict[str, Callable[[World, Body], None]] = {
    "receive": documents.receive,
    "ship": documents.ship,
    "invoice": documents.invoice,
    "purchase": documents.purchase,
    "sale": documents.sale,
    "charge": documents.charge,
    "purchase_return": documents.purchase_return,
    "sales_return": documents.sales_return,
    "credit": documents.credit,
    "undo": undo,
    "positive": goods.positive,
    "negative": goods.negative,
    "count": goods.count,
    "transfer": goods.transfer,
    "transfer_ship": goods.transfer_ship,
    "transfer_receive": goods.transfer_receive,
    "assemble": making.assemble,
    "consume": making.consume,
    "output": making.output,
    "capacity": making.capacity,
    "finish": making.finish,
    "revalue": valuing.revalue,
    "set_standard_cost": valuing.set_standard_cost,
    "close_period": valuing.close_period,
    "reopen_period": valuing.reopen_period,
    "unapply": worksheet.unapply,
    "apply": worksheet.apply,
    "set": set_,
    "adjust_cost": run_adjustment,
    "post_to_gl": run_post_to_gl,
    "mark": closing.mark,
    "recalculate": closing.recalculate,
    "close": closing.close,
    "reverse_close": closing.reverse_close,
}


def _set_setup(world: World, fields: Body) -> None:
    """Write what holds from here on; what reaches back to what is posted is a use case."""
    reaching = {name: value for name, value in fields.items() if name in setup_changes.REACHING_BACK}
    worlds.change_setup({name: value for name, value in fields.items() if name not in reaching})
    if reaching:
        setup_changes.change_setup(changes=reaching, user=get_user_model().objects.get(pk=world.user_id))


def _item_ids(world: World, step: Body) -> list[int] | None:
    return [world.item(no).pk for no in step["items"]] if "items" in step else None
