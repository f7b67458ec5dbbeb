"""What people of the warehouse begin with one tap, and the tiles of the home page that say what waits for them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count as Rows
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from config.base.pages import Cue, Task
from inventory import counting_periods, scopes, selectors
from inventory.enums import CountSheetStatus, CountStatus, DocumentStatus, ScanTask
from inventory.models import Count, CountSheet, TransferOrder
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


def cues(user: Any) -> list[Cue]:
    """Tiles of the home page: what waits to be received, shipped, moved and counted; each links to what it counts."""
    return [*_order_cues(user), *_transfer_cues(user), *_count_cues(user)]


def _order_cues(user: Any) -> list[Cue]:
    found = []
    if user.has_perm("base.purchase_receive"):
        count = scopes.documents_of(user, selectors.orders_to_receive()).count()
        url = f"{reverse('inventory:purchase_list')}?to_handle=yes"
        found.append(Cue(_("To receive"), count, url, "info", _("purchase orders")))
    if user.has_perm("base.sale_ship"):
        count = scopes.documents_of(user, selectors.orders_to_ship()).count()
        url = f"{reverse('inventory:sale_list')}?to_handle=yes"
        found.append(Cue(_("To ship"), count, url, "info", _("sales orders")))
    return found


def _transfer_cues(user: Any) -> list[Cue]:
    if not user.has_perm("base.transfer_post"):
        return []
    count = TransferOrder.objects.filter(status__in=(DocumentStatus.OPEN, DocumentStatus.RELEASED)).count()
    found = [Cue(_("Open transfer orders"), count, f"{reverse('inventory:transfer_list')}?status=open|released")]
    if under_way := selectors.goods_in_transit().count():
        url = reverse("inventory:goods_in_transit")
        found.append(Cue(_("Goods in transit"), under_way, url, "info", _("lines on the way")))
    return found


def _count_cues(user: Any) -> list[Cue]:
    """Own sheets and recounts only where there are any; what is due for those who make counts of it."""
    if not user.has_perm("base.count_record"):
        return []
    found = []
    sheets = CountSheet.objects.filter(
        person=user, status=CountSheetStatus.OPEN, count__status=CountStatus.OPEN
    ).aggregate(first=_number(is_recount=False), again=_number(is_recount=True))
    own = selectors.list_url("inventory:countsheet_list", person=user.get_username(), status=CountSheetStatus.OPEN)
    if sheets["first"]:
        found.append(Cue(_("My count sheets"), sheets["first"], f"{own}&is_recount=no", "info"))
    if sheets["again"]:
        found.append(Cue(_("My recounts"), sheets["again"], f"{own}&is_recount=yes", "warn"))
    count = Count.objects.filter(status=CountStatus.OPEN).count()
    found.append(Cue(_("Open counts"), count, f"{reverse('inventory:count_list')}?status=open"))
    if user.has_perm("base.count_post") and (due := counting_periods.due_items(timezone.localdate()).count()):
        url = f"{reverse('inventory:countplan')}?due=yes"
        found.append(Cue(_("Due for counting"), due, url, "warn", _("items")))
    return found


def _number(**condition: Any) -> Rows:
    return Rows("pk", filter=Q(**condition))
