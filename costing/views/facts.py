"""What cards of lower apps show of cost: fragments, served here by name."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.charts import Chart, Series, step_chart
from config.base.expressions import exact_value
from config.base.formatting import format_number
from config.base.pages import Field, Figure, allowed
from config.base.views import PageView
from costing import item_trend, selectors
from costing.models import ItemCostState
from costing.selectors import COST_VIEW
from inventory.models import Item
from inventory.selectors import entries_url

SHOWN_MONTHS = 12


class _FactView(PageView):
    permission_required = COST_VIEW
    template_name = "costing/fact.html"

    def get_fields(self) -> list[Field]:
        raise NotImplementedError

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(fields=allowed(self.get_fields(), self.request.user), **context)


class ItemValueFactView(_FactView):
    """Unit cost, value, what is not posted, and whether the cost is adjusted."""

    def get_fields(self) -> list[Field]:
        item = selectors.cost_status().filter(no=self.kwargs["no"]).first()
        if item is None:
            return [Field(_("Unit cost"), get_object_or_404(Item, no=self.kwargs["no"]).unit_cost, "unit_cost")]
        value = selectors.item_value(item.pk)
        entries = reverse("costing:item_values", args=[item.no])
        status = f"{reverse('costing:adjustment_status')}?no={exact_value(item.no)}"
        waiting = f"{reverse('costing:valueentry_list')}?item={exact_value(item.no)}&waiting=yes"
        fields = [
            Field(_("Unit cost"), item.unit_cost, "unit_cost", reverse("costing:item_cost", args=[item.no])),
            Field(_("Value"), value.actual, "amount", f"{entries}?inventoriable=yes"),
            Field(
                _("Expected value"), value.expected, "amount", f"{entries}?inventoriable=yes&cost_amount_expected=<>0"
            ),
            Field(_("Not posted to G/L"), value.not_posted, "amount", waiting),
            Field(_("Cost is adjusted"), item.adjusted, "yesno", status),
        ]
        if not item.adjusted:
            adjust = f"{reverse('costing:adjust')}?item={quote(item.no)}"
            fields += [
                Field(_("Not adjusted from"), item.unadjusted_from, "date", status),
                Field(_("Cost"), _("Adjust this item"), url=adjust, permission="base.cost_adjust"),
            ]
        if ItemCostState.objects.filter(item=item, excluded=True).exists():
            exclude = reverse("costing:item_exclude", args=[item.no])
            fields.append(Field(_("Excluded from cost adjustment"), value=True, kind="yesno", url=exclude))
        return fields


class DocumentCostFactView(_FactView):
    """What a posted document, or all of an order, costs."""

    def get_fields(self) -> list[Field]:
        cost = selectors.document_cost(self.kwargs["no"])
        url = selectors.value_entries_url(document_no=list(cost.document_nos))
        fields = [
            Field(_("Cost (actual)"), cost.actual, "amount", url),
            Field(_("Cost (expected)"), cost.expected, "amount", url),
        ]
        if cost.non_inventory:
            fields.append(Field(_("Cost (non-inventory)"), cost.non_inventory, "amount", url))
        if cost.sales:
            # The cost of a sale is negative in the ledger, so the margin is a sum.
            margin = cost.sales + cost.actual + cost.expected
            fields += [Field(_("Sales"), cost.sales, "amount", url), Field(_("Margin"), margin, "amount", url)]
        return fields


class ItemFiguresView(PageView):
    """What an item's card shows of value in its strip of key figures."""

    permission_required = COST_VIEW
    template_name = "partials/_more_figures.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        item = get_object_or_404(Item, no=self.kwargs["no"])
        value = selectors.item_value(item.pk)
        entries = f"{reverse('costing:item_values', args=[item.no])}?inventoriable=yes"
        waiting = f"{reverse('costing:valueentry_list')}?item={exact_value(item.no)}&waiting=yes"
        figures = [
            Figure(_("Value"), value.value, "amount", entries, hint=_("Actual and expected cost")),
            Figure(
                _("Not posted to G/L"), value.not_posted, "amount", waiting, tone="warn" if value.not_posted else ""
            ),
        ]
        return super().get_context_data(figures=figures, **context)


class ItemTrendView(PageView):
    """What received goods cost per unit, month by month."""

    permission_required = COST_VIEW
    template_name = "inventory/trend.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        item = get_object_or_404(Item, no=self.kwargs["no"])
        return super().get_context_data(chart=self._chart(item), **context)

    def _chart(self, item: Item) -> Chart | None:
        months = item_trend.received_at(item.pk)[-SHOWN_MONTHS:]
        if len(months) < 2:
            return None
        summary = _("From %(first)s to %(last)s per unit.") % {
            "first": format_number(months[0].unit_cost, "unit_cost"),
            "last": format_number(months[-1].unit_cost, "unit_cost"),
        }
        urls = [entries_url(item=item.no) + f"&posting_date={each.month:%Y-%m}&quantity=>0" for each in months]
        series = Series(_("Received at"), [each.unit_cost for each in months], urls)
        labels = [f"{each.month:%m/%y}" for each in months]
        return step_chart(_("Cost trend"), summary, labels, [series], kind="unit_cost")
