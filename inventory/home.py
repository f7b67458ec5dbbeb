"""What people of the warehouse begin with one tap, on the home page and at the scan station."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.pages import Task
from inventory.enums import ScanTask
from inventory.scanning import sessions

ICONS = {
    ScanTask.RECEIVE: "package-plus",
    ScanTask.SHIP: "package-minus",
    ScanTask.TRANSFER_SHIP: "truck",
    ScanTask.TRANSFER_RECEIVE: "warehouse",
    ScanTask.MOVE: "move-right",
    ScanTask.COUNT: "clipboard-list",
}


def tasks(user: Any) -> list[Task]:
    """The tasks of the scan station that the user may do; looking up goods is one of them."""
    found = [Task(task.label, ICONS[task], task_url(task)) for task in ScanTask if sessions.may(user, task)]
    if user.has_perm(sessions.STATION) and user.has_perm("base.stock_view"):
        found.append(Task(_("Look up"), "search", reverse("inventory:scan_lookup")))
    return found


def task_url(task: ScanTask) -> str:
    """Where a task begins: a move has no document to choose."""
    name = "inventory:scan_move" if task == ScanTask.MOVE else "inventory:scan_task"
    return reverse(name, args=[] if task == ScanTask.MOVE else [task.value])
