"""Pages made for the tests of the generic views, at addresses of their own beside the real ones."""

from decimal import Decimal

from django import forms
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from config.base.errors import DomainError, ErrorCode, Problem
from config.base.filters import ChoiceFilter, DateFilter, FilterSet, NumberFilter, TextFilter, YesNoFilter
from config.base.forms import Form, ModelForm, RecordField
from config.base.pages import (
    Action,
    Badge,
    Cell,
    Done,
    Figure,
    GridColumn,
    Matrix,
    MatrixRow,
    Panel,
    PanelGroup,
    PanelRow,
    Preview,
    PreviewTable,
    Related,
    Section,
    fields_of,
)
from config.base.tables import Column, DateTimeColumn, LinkColumn, QuantityColumn, StateColumn, Table, UnitCostColumn
from config.base.views import (
    ActionView,
    CardView,
    CreateView,
    DocumentView,
    LineGridView,
    ListView,
    MatrixView,
    UpdateView,
    grid_paths,
    list_paths,
)
from config.urls import urlpatterns as real_patterns
from inventory.enums import ItemType
from inventory.models import Document, DocumentLine, Item


class ThingFilter(FilterSet):
    no = TextFilter(label="No.")
    description = TextFilter(label="Description", lookup="icontains")
    type = ChoiceFilter(choices=ItemType.choices, label="Type")
    unit_cost = NumberFilter(label="Unit cost")
    reorder_point = NumberFilter(label="Reorder point")
    blocked = YesNoFilter(label="Blocked")
    created = DateFilter("created_at__date", label="Created")
    search_fields = ("no", "description")

    class Meta:
        model = Item
        fields = []


class ThingTable(Table):
    no = LinkColumn("thing_detail", args=["no"], verbose_name="No.")
    description = Column(verbose_name="Description")
    type = StateColumn(tones={"inventory": "ok"}, verbose_name="Type")
    group = Column(accessor="gen_prod_posting_group__code", verbose_name="Group")
    reorder_point = QuantityColumn(linkify=lambda record: f"/behind/{record.no}/", verbose_name="Reorder point")
    unit_cost = UnitCostColumn(verbose_name="Unit cost")
    created_at = DateTimeColumn(verbose_name="Created")

    hidden_columns = ("created_at",)
    main_columns = ("no", "description")

    class Meta:
        model = Item
        fields = ("no", "description", "type", "group", "reorder_point", "unit_cost", "created_at")


class ThingListView(ListView):
    permission_required = "base.item_view"
    title = "Things"
    queryset = Item.objects.select_related("gen_prod_posting_group").order_by("no")
    filterset_class = ThingFilter
    table_class = ThingTable
    totals = ("reorder_point", "unit_cost")
    cost_columns = {"unit_cost"}
    actions = (Action("New thing", "thing_create", permission="base.item_edit", primary=True),)


class ThingCardView(CardView):
    permission_any = ("base.item_view", "base.item_edit")
    queryset = Item.objects.select_related("gen_prod_posting_group")
    slug_field = slug_url_kwarg = "no"
    parent = "thing_list"
    parent_title = "Things"

    def get_subtitle(self):
        return self.object.description

    def get_badges(self):
        return [Badge("Active", "ok", "active")]

    def get_figures(self):
        return [
            Figure("Reorder point", self.object.reorder_point, kind="quantity", url="/behind/"),
            Figure("Unit cost", self.object.unit_cost, kind="unit_cost", permission="base.cost_view"),
        ]

    def get_sections(self):
        return [
            Section("general", "General", fields_of(self.object, "no", "type", "blocked")),
            Section("costing", "Costing", fields_of(self.object, "unit_cost", permission="base.cost_view")),
        ]

    def get_related(self):
        return [Related("things", "Others", reverse("thing_list") + "?blocked=no")]

    def get_actions(self):
        return [
            Action("Edit", reverse("thing_update", args=[self.object.no]), permission="base.item_edit", primary=True),
            Action("Move", disabled="There is nowhere to move it."),
        ]


class ThingForm(ModelForm):
    fieldsets = (("General", ("no", "description")),)
    cost_fields = {"unit_cost"}

    class Meta:
        model = Item
        fields = (
            "no",
            "description",
            "unit_cost",
            "reorder_point",
            "item_model_group",
            "gen_prod_posting_group",
            "inventory_posting_group",
            "base_unit_of_measure",
        )


class ThingCreateView(CreateView):
    permission_required = "base.item_edit"
    model = Item
    form_class = ThingForm
    title = "New thing"
    parent = "thing_list"
    parent_title = "Things"

    def get_success_url(self):
        return reverse("thing_detail", args=[self.object.no])


class ThingUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = Item
    form_class = ThingForm
    slug_field = slug_url_kwarg = "no"

    def get_success_url(self):
        return reverse("thing_detail", args=[self.object.no])

    def get_back_url(self):
        return reverse("thing_detail", args=[self.object.no])


class BlockForm(Form):
    amount = forms.DecimalField(decimal_places=2)
    day = forms.DateField()
    item = RecordField(Item.objects.all(), label="Item", search=("no__istartswith", "description__icontains"))


class ThingActionView(ActionView):
    permission_required = "base.item_edit"
    form_class = BlockForm
    title = "Block things"
    verb = "Block"
    back_url = "/things/"
    calls = []

    def get_back_url(self):
        return "/things/"

    def perform(self, form):
        self.calls.append(form.cleaned_data)
        if form.cleaned_data["amount"] > 100:
            problems = [
                Problem("CHAIR is too dear.", ErrorCode.INVALID_INPUT, url="/things/CHAIR/"),
                Problem("TABLE is too dear.", ErrorCode.INVALID_INPUT),
            ]
            raise DomainError(problems=problems)
        return Done("Blocked.", url="/things/")

    def preview(self, form):
        amount = form.cleaned_data["amount"]
        columns = [GridColumn("no", "No."), GridColumn("cost", "Cost", kind="amount", permission="base.cost_view")]
        rows = [{"no": "CHAIR", "cost": amount}, {"no": "TABLE", "cost": -amount}]
        return Preview([PreviewTable("Entries", columns, rows, totals=("cost",))], notes=["Nothing is stored."])


class ConfirmView(ActionView):
    permission_required = "base.item_edit"
    title = "Remove?"
    verb = "Remove"
    danger = True
    confirm_text = "CHAIR"
    question = "3 entries go."

    def get_back_url(self):
        return "/things/"

    def perform(self, form):
        return Done("Removed.", url="/things/")


class OrderLineForm(ModelForm):
    item = RecordField(Item.objects.all(), label="Item")

    class Meta:
        model = DocumentLine
        fields = ("item", "quantity", "unit_amount")


class OrderLinesView(LineGridView):
    permission_required = "base.document_view"
    edit_permission = "base.document_edit"
    form_class = OrderLineForm
    columns = (
        GridColumn("item"),
        GridColumn("quantity", kind="quantity"),
        GridColumn("unit_amount", "Cost", kind="unit_cost", permission="base.cost_view"),
        GridColumn(
            "quantity_handled", "Received", kind="quantity", figure=True, url=lambda line: f"/behind/{line.pk}/"
        ),
    )

    def get_document(self):
        return get_object_or_404(Document, no=self.kwargs["no"])

    def get_lines(self):
        return self.document.lines.select_related("item").order_by("line_no", "pk")

    def is_editable(self):
        return self.document.status == "open"

    def get_document_url(self):
        return reverse("order_detail", args=[self.document.no])

    def get_grid_url(self):
        return reverse("order_lines", args=[self.document.no])

    def save_line(self, form, line):
        if form.cleaned_data["quantity"] > 1000:
            raise DomainError("That is too many.", code=ErrorCode.INSUFFICIENT_QUANTITY)
        made = form.save(commit=False)
        if line is None:
            made.document = self.document
            made.line_no = 10000 + max((row.line_no for row in self.document.lines.all()), default=0)
            made.type = "item"
        made.save()
        return made

    def delete_line(self, line):
        line.delete()

    def get_totals(self):
        lines = self.document.lines.all()
        return [Figure("Quantity", sum((line.quantity for line in lines), Decimal(0)), kind="quantity")]


class OrderView(DocumentView):
    permission_required = "base.document_view"
    queryset = Document.objects.all()
    slug_field = slug_url_kwarg = "no"
    lines_view = OrderLinesView


class FigureForm(Form):
    day = forms.DateField(required=False)


class FiguresView(MatrixView):
    permission_required = "base.item_view"
    title = "Figures"
    form_class = FigureForm

    def get_matrix(self, form):
        if "show" not in self.request.GET:
            return None
        cell = Cell(Decimal("-180.00"), panel="cogs.inventory", tone="danger")
        rows = [MatrixRow("cogs", "COGS", {"inventory": cell, "total": Cell(Decimal(0))})]
        return Matrix([("inventory", "Inventory"), ("wip", "WIP"), ("total", "Total")], rows, rows)

    def get_panel(self, form, key):
        if key != "cogs.inventory":
            return None
        rows = [PanelRow("Entry 1", Decimal("-100.00"), url="/behind/1/"), PanelRow("Entry 2", Decimal("-80.00"))]
        return Panel(
            "COGS", Decimal("-180.00"), "What is not posted.", [PanelGroup("Entries", rows)], list_url="/things/"
        )


def missing(request):
    raise Http404


urlpatterns = [
    *list_paths("things/", ThingListView, name="thing_list"),
    path("things/new/", ThingCreateView.as_view(), name="thing_create"),
    path("things/block/", ThingActionView.as_view(), name="thing_block"),
    path("things/remove/", ConfirmView.as_view(), name="thing_remove"),
    path("things/<str:no>/", ThingCardView.as_view(), name="thing_detail"),
    path("things/<str:no>/edit/", ThingUpdateView.as_view(), name="thing_update"),
    path("orders/<str:no>/", OrderView.as_view(), name="order_detail"),
    *grid_paths("orders/<str:no>/lines/", OrderLinesView, name="order_lines"),
    path("figures/", FiguresView.as_view(), name="figures"),
    *real_patterns,
]
