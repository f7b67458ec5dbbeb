"""What is done to items: bulk edit, copy, block; new ones from a template."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import Done, GridColumn, Preview, PreviewTable
from config.base.preferences import today_of
from config.base.views import ActionView, ListView
from config.base.views.bulk import BulkActionView
from inventory import bulk_edit, forms, items, stockkeeping
from inventory.bulk_edit import Plan
from inventory.forms.bulk import BulkItemForm
from inventory.models import Item
from inventory.views.items import ItemListView

ITEM_LIST = "inventory:item_list"
SHOWN_CHANGES = 200
CHANGE_COLUMNS = (
    GridColumn("item_no", gettext_lazy("Item")),
    GridColumn("description", gettext_lazy("Description")),
    GridColumn("field", gettext_lazy("Field")),
    GridColumn("before", gettext_lazy("Now")),
    GridColumn("after", gettext_lazy("Then")),
)


class BulkItemView(BulkActionView):
    """Change chosen items at once; the preview shows old and new values, item by item."""

    permission_required = "base.item_edit"
    form_class = BulkItemForm
    list_view: type[ListView] = ItemListView
    title = gettext_lazy("Edit items")
    verb = gettext_lazy("Change items")
    parent = ITEM_LIST
    parent_title = gettext_lazy("Items")

    def get_question(self) -> str:
        count = self.get_rows().order_by().count()
        return ngettext(
            "%(count)s item is chosen. What stays blank below stays as it is.",
            "%(count)s items are chosen. What stays blank below stays as it is.",
            count,
        ) % {"count": count}

    def preview(self, form: Any) -> Preview:
        plan = bulk_edit.plan_changes(self.get_rows(), form.wanted)
        rows = plan.changes[:SHOWN_CHANGES]
        notes = [_count_words(plan)]
        if len(plan.changes) > len(rows):
            notes.append(
                _("The first %(shown)s of %(all)s values are shown.") % {"shown": len(rows), "all": len(plan.changes)}
            )
        table = PreviewTable(_("What changes"), CHANGE_COLUMNS, rows)
        return Preview([table] if rows else [], notes, _("Preview (nothing is changed)"))

    def perform(self, form: Any) -> Done:
        plan = bulk_edit.apply_changes(
            self.get_rows(), form.wanted, user=self.request.user, reason=form.cleaned_data["reason"]
        )
        return Done(_count_words(plan, done=True))


def _count_words(plan: Plan, *, done: bool = False) -> str:
    changed = len(plan.changed_ids)
    words = (
        ngettext("%(count)s item is changed.", "%(count)s items are changed.", changed)
        if done
        else ngettext("%(count)s item changes.", "%(count)s items change.", changed)
    ) % {"count": changed}
    if not plan.unchanged:
        return words
    same = ngettext(
        "%(count)s item has these values already.", "%(count)s items have these values already.", plan.unchanged
    ) % {"count": plan.unchanged}
    return f"{words} {same}"


class MakeStockkeepingUnitsView(BulkActionView):
    """Make stockkeeping units of chosen items at a location."""

    permission_required = "base.item_edit"
    form_class = forms.MakeStockkeepingUnitsForm
    list_view: type[ListView] = ItemListView
    title = gettext_lazy("Make stockkeeping units")
    verb = gettext_lazy("Make")
    parent = ITEM_LIST
    parent_title = gettext_lazy("Items")

    def get_question(self) -> str:
        return _("%(count)s items are chosen. Units that exist already stay as they are.") % {
            "count": self.get_rows().order_by().count()
        }

    def preview(self, form: Any) -> Preview:
        count = stockkeeping.plan_units(self.get_rows(), **self._options(form))
        return Preview([], [_made_words(len(count))], _("Preview (nothing is changed)"))

    def perform(self, form: Any) -> Done:
        made = stockkeeping.make_units(self.get_rows(), user=self.request.user, **self._options(form))
        return Done(_made_words(made), url=reverse("inventory:stockkeepingunit_list"))

    def _options(self, form: Any) -> dict[str, Any]:
        return {
            "location": form.cleaned_data["location"],
            "with_variants": form.cleaned_data["with_variants"],
        }


def _made_words(count: int) -> str:
    return ngettext("%(count)s stockkeeping unit is new.", "%(count)s stockkeeping units are new.", count) % {
        "count": count
    }


class _ItemAction(ActionView):
    permission_required = "base.item_edit"

    def get_record(self) -> Item:
        return get_object_or_404(Item, no=self.kwargs["no"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        no = self.kwargs["no"]
        return [(_("Items"), reverse(ITEM_LIST)), (no, reverse("inventory:item_detail", args=[no]))]


class CopyItemView(_ItemAction):
    form_class = forms.CopyItemForm
    verb = gettext_lazy("Copy")

    def get_title(self) -> str:
        return _("Copy %(no)s") % {"no": self.kwargs["no"]}

    def get_initial(self) -> dict[str, Any]:
        return {"description": self.record.description}

    def get_question(self) -> str:
        return _("The copy has the groups and rules of %(no)s, and neither stock, costs of goods nor barcodes.") % {
            "no": self.record.no
        }

    def perform(self, form: Any) -> Done:
        given = form.cleaned_data
        copy = items.copy_item(
            self.record,
            no=given["no"],
            description=given["description"],
            lists=[name for name in items.COPIED_LISTS if given.get(name)],
            costs=bool(given.get("costs")),
            today=today_of(self.request),
            user=self.request.user,
        )
        url = reverse("inventory:item_detail", args=[copy.no])
        return Done(_("%(no)s is a copy of %(source)s.") % {"no": copy.no, "source": self.record.no}, url=url)


class BlockItemView(_ItemAction):
    """Block an item, or open it again."""

    form_class = forms.ReasonForm

    @property
    def danger(self) -> bool:  # type: ignore[override]
        return self.record is not None and not self.record.blocked

    def get_title(self) -> str:
        words = _("Open %(no)s again") if self.record.blocked else _("Block %(no)s")
        return words % {"no": self.record.no}

    def get_verb(self) -> str:
        return _("Open again") if self.record.blocked else _("Block")

    def get_question(self) -> str:
        if self.record.blocked:
            return _("%(no)s can be bought, sold and moved again.") % {"no": self.record.no}
        return _("Nothing can be posted for %(no)s any more: orders and journals with it are refused.") % {
            "no": self.record.no
        }

    def perform(self, form: Any) -> Done:
        blocked = not self.record.blocked
        items.set_blocked(self.record, blocked=blocked, user=self.request.user, reason=form.cleaned_data["reason"])
        words = _("%(no)s is blocked.") if blocked else _("%(no)s is open again.")
        return Done(words % {"no": self.record.no})


class ItemFromTemplateView(ActionView):
    """Which template a new item begins with."""

    permission_required = "base.item_edit"
    form_class = forms.ChooseTemplateForm
    title = gettext_lazy("New item from a template")
    verb = gettext_lazy("Go on")
    parent = ITEM_LIST
    parent_title = gettext_lazy("Items")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the form of a new item, filled in from the template; nothing is stored here."""
        form = self.get_form(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        query = urlencode({"template": form.cleaned_data["template"].code})
        return HttpResponseRedirect(f"{reverse('inventory:item_create')}?{query}")
