"""Cost lineage of an entry: why it costs what it costs, and where its cost went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import exports
from config.base.amounts import divide_e5, from_e5
from config.base.expressions import exact_value
from config.base.formatting import current_region, format_date
from config.base.pages import Action, Badge, Figure
from config.base.views import PageMixin, PageView, exporting
from config.base.views.access import require
from costing import selectors
from costing.lineage import causes, loading, words
from costing.lineage.backward import backward
from costing.lineage.drawing import draw
from costing.lineage.forward import forward
from costing.lineage.pools import Pools
from costing.lineage.records import Direction, Edge, Graph, Node, NodeKind, Trail
from costing.models import CostChange, ValueEntry
from costing.selectors import COST_VIEW
from costing.tables.words import entry_url, item_url, value_entry_url

MAX_DRAWN = 60
MAX_VALUES = 200
MAX_NAMED = 20


FILE_COLUMNS = (
    ("level", gettext_lazy("Level"), "text"),
    ("node", gettext_lazy("Node"), "text"),
    ("kind", gettext_lazy("Kind"), "text"),
    ("title", gettext_lazy("What"), "text"),
    ("detail", gettext_lazy("Where and when"), "text"),
    ("entry", gettext_lazy("Item ledger entry"), "text"),
    ("quantity", gettext_lazy("Quantity"), "quantity"),
    ("amount", gettext_lazy("Amount"), "amount"),
    ("node_amount", gettext_lazy("Of"), "amount"),
    ("repeated", gettext_lazy("Shown already"), "yesno"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the indented table: what the line above it got from this node, and the node itself."""

    level: int
    node: Node
    label: words.Label
    url: str
    amount: Any
    quantity: Any
    node_amount: Any
    tone: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class PostedValue:
    """A value entry of the entry, with what caused it where it is a correction."""

    value: ValueEntry
    cause: causes.Cause | None
    sources: list[tuple[str, str]]


class LineageView(PageMixin):
    """The graph, the same as an indented table, and the sentence above both."""

    permission_required = COST_VIEW
    template_name = "costing/lineage.html"

    def get(self, request: HttpRequest, *args: Any, export_format: str = "", **kwargs: Any) -> HttpResponseBase:
        """The page or, where a format is asked for, the table as a file."""
        if export_format:
            return self._export(export_format)
        return self.render_to_response(self.get_context_data())

    @cached_property
    def direction(self) -> Direction:
        return Direction.FORTH if self.request.GET.get("direction") == Direction.FORTH else Direction.BACK

    @cached_property
    def loaded(self) -> tuple[Trail, Pools]:
        try:
            return loading.load(self.kwargs["entry"], self.direction)
        except KeyError as error:
            raise Http404 from error

    @property
    def trail(self) -> Trail:
        return self.loaded[0]

    @cached_property
    def graph(self) -> Graph:
        build = backward if self.direction == Direction.BACK else forward
        return build(*self.loaded)

    def get_title(self) -> str:
        return _("Cost lineage of entry %(no)s") % {"no": self.trail.root}

    def get_subtitle(self) -> str:
        facts = self.trail.facts[self.trail.root]
        return f"{words.entry_title(facts)}: {facts.item_no} {facts.description}"

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        facts = self.trail.facts[self.trail.root]
        history = reverse("costing:item_cost", args=[facts.item_no])
        item = [(facts.item_no, item_url(facts.item_no) or "")] if self.may("base.item_view") else []
        return [*item, (_("Cost history"), history)]

    def get_actions(self) -> list[Action]:
        values = selectors.value_entries_url(item_ledger_entry=self.trail.root)
        item_no = self.trail.facts[self.trail.root].item_no
        found = [
            Action(_("Entry"), entry_url(self.trail.root) or "", permission="base.stock_view"),
            Action(_("Value entries"), values),
            Action(_("Cost history"), reverse("costing:item_cost", args=[item_no])),
        ]
        if self.trail.facts[self.trail.root].unadjusted:
            url = f"{reverse('costing:adjust')}?item={item_no}"
            found.append(Action(_("Adjust cost"), url, primary=True, permission="base.cost_adjust"))
        return found

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        graph, trail = self.graph, self.trail
        values = self._values()
        first_e5, history = causes.history(trail, {each.value.pk: each.cause for each in values if each.cause})
        small = len(graph.nodes) <= MAX_DRAWN
        wanted = small or self.request.GET.get("graph") == "yes"
        return super().get_context_data(
            badges=self._badges(),
            figures=self._figures(),
            tabs=self._tabs(),
            sentences=words.sentences(graph, trail, history=history, first_e5=first_e5),
            svg=draw(graph, trail, self._url, name=self.get_title()) if wanted else None,
            draw_url=self._link(graph="yes"),
            node_count=len(graph.nodes),
            rows=list(self._rows()),
            truncated=graph.truncated,
            values=values,
            values_total=sum((each.value.cost_amount_actual for each in values), selectors.ZERO),
            expected_total=sum((each.value.cost_amount_expected for each in values), selectors.ZERO),
            files=self._files(),
            direction=self.direction.value,
            **context,
        )

    def _badges(self) -> list[Badge]:
        gaps = [node for node in self.graph.nodes.values() if node.kind == NodeKind.GAP]
        if any(not node.waits for node in gaps):
            return [Badge(_("Unexplained"), "danger", "unexplained")]
        if gaps:
            return [Badge(_("Not adjusted yet"), "warn", "not-adjusted")]
        return [Badge(_("Adds up"), "ok", "adds-up")]

    def _figures(self) -> list[Figure]:
        root, values = self.graph.nodes[self.graph.root], selectors.value_entries_url(item_ledger_entry=self.trail.root)
        cost = divide_e5(root.amount_e5, root.quantity_e5)
        gap_e5 = sum(node.amount_e5 for node in self.graph.nodes.values() if node.kind == NodeKind.GAP)
        return [
            Figure(_("Quantity"), from_e5(root.quantity_e5), "quantity", entry_url(self.trail.root) or ""),
            Figure(_("Cost"), from_e5(root.amount_e5), url=f"{values}&inventoriable=yes"),
            Figure(_("Unit cost"), from_e5(cost), "unit_cost"),
            Figure(_("Differences"), from_e5(gap_e5), url="#lineage-table", tone="warn" if gap_e5 else ""),
        ]

    def _tabs(self) -> list[tuple[str, str, bool]]:
        labels = {Direction.BACK: _("Why it costs this"), Direction.FORTH: _("Where its cost went")}
        return [(label, self._link(direction=key.value), key == self.direction) for key, label in labels.items()]

    def _link(self, **query: str) -> str:
        terms = {"direction": self.direction.value} | query
        return "?" + "&".join(f"{name}={value}" for name, value in terms.items())

    def _files(self) -> list[tuple[str, str]]:
        if not self.may(exporting.EXPORT):
            return []
        stem, query = self.request.path.rstrip("/"), self._link()
        formats = {"CSV": "csv", _("Excel"): "xlsx", "JSON": "json", "SVG": "svg"}
        return [(label, f"{stem}.{ending}{query}") for label, ending in formats.items()]

    # The table.

    def _rows(self) -> Iterator[Row]:
        """The graph in depth, each node in full where it is met first."""
        told: set[str] = set()
        root = self.graph.nodes[self.graph.root]
        stack: list[tuple[int, Edge | None, Node]] = [(0, None, root)]
        while stack:
            level, edge, node = stack.pop()
            repeated = node.key in told
            yield self._row(level, edge, node, repeated=repeated)
            if not repeated:
                told.add(node.key)
                beyond = self.graph.beyond(node.key)
                stack.extend((level + 1, each, far) for each, far in reversed(beyond))

    def _row(self, level: int, edge: Edge | None, node: Node, *, repeated: bool) -> Row:
        amount_e5, quantity_e5 = (edge.amount_e5, edge.quantity_e5) if edge else (node.amount_e5, node.quantity_e5)
        tone = ""
        if node.kind == NodeKind.GAP:
            tone = "warn" if node.waits else "danger"
        return Row(
            level,
            node,
            words.label_of(node, self.trail),
            self._url(node),
            from_e5(amount_e5),
            from_e5(quantity_e5) if quantity_e5 else None,
            from_e5(node.amount_e5) if node.kind != NodeKind.AGAIN else None,
            tone,
            repeated,
        )

    def _url(self, node: Node) -> str:
        """Where a box leads: an entry to its own lineage, everything else to the entries that it is made of."""
        if node.kind == NodeKind.ENTRY or (node.kind in (NodeKind.MORE, NodeKind.AGAIN) and node.entry_key):
            if node.entry_key == self.trail.root:
                return (entry_url(node.entry_key) or "") if self.may("base.stock_view") else ""
            return reverse("costing:lineage", args=[node.entry_key]) + self._link()
        if node.kind == NodeKind.VALUE:
            return self._values_url(node)
        if node.kind == NodeKind.GAP and node.waits and node.entry_key:
            no = self.trail.facts[node.entry_key].item_no
            return f"{reverse('costing:adjustment_status')}?no={exact_value(no)}"
        if node.pool is not None:
            end = node.pool.end.isoformat()
            url = reverse("costing:item_cost", args=[words.pool_item(node.pool, self.trail)])
            return f"{url}?at={end}#period-{end}"
        if node.order is not None:
            return selectors.value_entries_url(order_no=node.order.order_no)
        return selectors.value_entries_url(item_ledger_entry=node.entry_key or self.trail.root)

    def _values_url(self, node: Node) -> str:
        if len(node.value_keys) == 1:
            return value_entry_url(node.value_keys[0])
        if len(node.value_keys) <= MAX_NAMED:
            return selectors.value_entries_url(entry=list(node.value_keys))
        return selectors.value_entries_url(item_ledger_entry=node.entry_key or 0)

    # The value entries of the entry.

    def _values(self) -> list[PostedValue]:
        posted = list(
            ValueEntry.objects.filter(item_ledger_entry_id=self.trail.root, inventoriable=True).order_by("pk")[
                :MAX_VALUES
            ]
        )
        corrections = [value.pk for value in posted if value.adjustment]
        changes = [
            causes.Change(value_key, source_key, period_end, 0)
            for value_key, source_key, period_end in CostChange.objects.filter(value_entry_id__in=corrections)
            .order_by("pk")
            .values_list("value_entry_id", "source_entry_id", "average_period_end")
        ]
        found = causes.causes(self.trail, self.loaded[1], changes)
        return [PostedValue(value, found.get(value.pk), self._sources(found.get(value.pk))) for value in posted]

    def _sources(self, cause: causes.Cause | None) -> list[tuple[str, str]]:
        """What moved a correction, as (label, url)."""
        if cause is None:
            return []
        told = [
            (
                words.entry_title(self.trail.facts[key])
                if key in self.trail.facts
                else _("Entry %(no)s") % {"no": key},
                reverse("costing:lineage", args=[key]),
            )
            for key in cause.source_keys
        ]
        item_no = self.trail.facts[self.trail.root].item_no
        url = reverse("costing:item_cost", args=[item_no])
        told += [
            (_("Average to %(day)s") % {"day": format_date(end)}, f"{url}?at={end:%Y-%m-%d}#period-{end:%Y-%m-%d}")
            for end in cause.period_ends
        ]
        return told

    # The file.

    def _export(self, file_format: str) -> HttpResponseBase:
        if file_format == "svg":
            require(self.request.user, exporting.EXPORT)
            exporting.note(self.request, file_format)
            svg = draw(self.graph, self.trail, self._absolute, name=self.get_title())
            response = HttpResponse(svg, content_type="image/svg+xml")
            response.headers["Content-Disposition"] = f'attachment; filename="cost-lineage-{self.trail.root}.svg"'
            return response
        columns = [exports.ExportColumn(name, str(label), kind) for name, label, kind in FILE_COLUMNS]
        values = [_cells(row) for row in self._rows()]
        name = f"cost-lineage-{self.trail.root}"
        filters = {_("Direction"): next(label for label, _url, current in self._tabs() if current)}
        export = exports.Export(str(self.get_title()), name, columns, values, len(values), filters=filters)
        region = current_region() if self.request.GET.get("dialect") == "region" else None
        return exporting.deliver(self.request, export, file_format, region=region)

    def _absolute(self, node: Node) -> str:
        url = self._url(node)
        return self.request.build_absolute_uri(url) if url else ""


class ValueLineageView(PageView):
    """The lineage of a value entry is that of its item ledger entry."""

    permission_required = COST_VIEW

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the entry; capacity has no lineage of its own, its order has."""
        value = get_object_or_404(ValueEntry, pk=self.kwargs["pk"])
        if value.item_ledger_entry_id is None:
            raise Http404
        return HttpResponseRedirect(reverse("costing:lineage", args=[value.item_ledger_entry_id]))


def _cells(row: Row) -> tuple[Any, ...]:
    """A line of the table in the order of `FILE_COLUMNS`."""
    node, label = row.node, row.label
    told = (row.level, node.key, node.kind.value, label.title, label.detail, node.entry_key)
    return (*told, row.quantity, row.amount, row.node_amount, row.repeated)
