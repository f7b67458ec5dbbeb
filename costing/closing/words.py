"""The words of a close's log: what could not be settled, why, and what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from config.base.amounts import from_e5
from costing.closing.planning import (
    ITERATIONS_EXHAUSTED,
    OTHER_POOL,
    PRODUCTION_NOT_FINISHED,
    RECEIPT_NOT_INVOICED,
    LogWarning,
)
from costing.engine.closing.pools import Reason


def warning(found: LogWarning) -> str:
    """Say what a warning means."""
    words = {"item": found.item_no, "issue": found.issue_id, "quantity": f"{from_e5(found.quantity_e5).normalize():f}"}
    if found.code == ITERATIONS_EXHAUSTED:
        message = _(
            "Item %(item)s: the costs still moved when the iterations were used up. Allow more iterations, or remove "
            "the cycle."
        )
    elif found.code == Reason.MARKED_RECEIPT_LATER:
        message = _(
            "Item %(item)s: %(quantity)s of issue %(issue)s is marked to a receipt that is later or not invoiced. "
            "No action possible: a later close settles it."
        )
    elif found.cause == RECEIPT_NOT_INVOICED:
        message = _(
            "Item %(item)s: %(quantity)s of issue %(issue)s could not be settled, for receipts are not invoiced. "
            "Update the receipts financially, or choose a later date."
        )
    elif found.cause == PRODUCTION_NOT_FINISHED:
        message = _(
            "Item %(item)s: %(quantity)s of issue %(issue)s could not be settled, for what was made has no final cost "
            "yet. Finish the order, or choose a later date."
        )
    elif found.cause == OTHER_POOL:
        message = _(
            "Item %(item)s: %(quantity)s of issue %(issue)s found no receipt in its place, but goods lie in another. "
            "Transfer them, or change the procedure."
        )
    else:
        message = _(
            "Item %(item)s: %(quantity)s of issue %(issue)s found no receipt, its cost may be wrong. "
            "Receive what is missing, or transfer it from another place."
        )
    return message % words
