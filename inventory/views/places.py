"""Bins of a location and what stands in them; responsibility centres."""

from __future__ import annotations

from typing import Any

from django.db.models import ProtectedError, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.fields import QuantityField
from config.base.filters import FilterSet, NumberFilter, TextFilter
from config.base.pages import Action, Done, GridColumn
from config.base.tables import Column, IntegerColumn, Table
from config.base.views import ActionView, CreateView, DocumentView, ListView, UpdateView
from config.base.views.logged_lines import LoggedLinesView
from inventory import bins, tables
from inventory.forms.places import BinForm, MoveBinForm, ResponsibilityCentreForm
from inventory.models import Bin, BinContent, Document, Location, ResponsibilityCentre, UserScope
from inventory.selectors import count_of, list_url
from inventory.tables.master import edit_link

LOCATION_PERMISSIONS = ("base.location_view", "base.setup_edit")


class BinContentFilter(FilterSet):
    location = TextFilter("bin__location__code", label=gettext_lazy("Location"))
    bin = TextFilter("bin__code", label=gettext_lazy("Bin"))
    item = TextFilter("item__no", label=gettext_lazy("Item"))
    quantity = NumberFilter(label=gettext_lazy("Quantity"))

    search_fields = ("bin__code", "item__no", "item__description")

    class Meta:
        model = BinContent
        fields: list[str] = []


class BinContentListView(ListView):
    permission_required = "base.stock_view"
    title = gettext_lazy("Bin contents")
    filterset_class = BinContentFilter
    table_class = tables.BinContentTable
    totals = ("quantity",)
    empty_text = gettext_lazy("Nothing stands in a bin yet. Move goods into bins on the card of a location.")
    queryset = (
        BinContent.objects.filter(quantity__gt=0)
        .select_related("bin__location", "item", "variant")
        .order_by("bin__location__code", "bin__code", "item__no", "pk")
    )


class LocationBinsView(LoggedLinesView):
    """The bins of a location."""

    permission_any = LOCATION_PERMISSIONS
    edit_permission = "base.setup_edit"
    heading = gettext_lazy("Bins")
    form_class = BinForm
    columns = (
        GridColumn("code"),
        GridColumn("name", width="wide"),
        GridColumn("held", gettext_lazy("Pieces"), kind="quantity", figure=True, permission="base.stock_view"),
    )

    def get_document(self) -> Location:
        return get_object_or_404(Location, code=self.kwargs["code"])

    def get_lines(self) -> Any:
        held = Coalesce(Sum("contents__quantity"), 0, output_field=QuantityField())
        return self.document.bins.annotate(held=held).order_by("code")

    def get_document_url(self) -> str:
        return reverse("inventory:location_bins", args=[self.document.code])

    def get_grid_url(self) -> str:
        return reverse("inventory:location_bins_lines", args=[self.document.code])

    def new_line(self) -> Bin:
        return Bin(location=self.document)

    def save_line(self, form: Any, line: Any) -> Any:
        return form.save()

    def delete_line(self, line: Any) -> None:
        try:
            line.delete()
        except ProtectedError as error:
            raise DomainError(_("%(code)s holds goods, or held some. Keep it.") % {"code": line.code}) from error


class LocationBinsPage(DocumentView):
    permission_any = LOCATION_PERMISSIONS
    queryset = Location.objects.all()
    slug_field = slug_url_kwarg = "code"
    lines_view = LocationBinsView

    def get_title(self) -> str:
        return _("Bins of %(code)s") % {"code": self.object.code}

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        code = self.object.code
        url = reverse("inventory:location_detail", args=[code])
        return [(_("Locations"), reverse("inventory:location_list")), (code, url)]

    def get_actions(self) -> list[Action]:
        code = self.object.code
        may_move = any(self.may(name) for name in bins.MOVE_PERMISSIONS)
        move = Action(_("Move between bins"), reverse("inventory:bin_move", args=[code]), primary=True)
        return [
            *([move] if may_move else []),
            Action(_("Labels"), reverse("inventory:labels_bins", args=[code]), permission="base.stock_view"),
            Action(_("Contents"), list_url("inventory:bincontent_list", location=code), permission="base.stock_view"),
        ]


class MoveBinView(ActionView):
    """Move goods between bins of a location; the ledger stays as it is."""

    permission_any = bins.MOVE_PERMISSIONS
    form_class = MoveBinForm
    title = gettext_lazy("Move between bins")
    verb = gettext_lazy("Move")
    question = gettext_lazy("Bins say where in the location goods stand. Quantity and value of the stock stay.")

    def get_record(self) -> Location:
        return get_object_or_404(Location, code=self.kwargs["code"])

    def get_form(self, data: Any = None) -> MoveBinForm:
        return MoveBinForm(data, place=self.record, initial=self.get_initial(), user=self.request.user)

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        code = self.kwargs["code"]
        return [
            (_("Locations"), reverse("inventory:location_list")),
            (code, reverse("inventory:location_detail", args=[code])),
            (_("Bins"), reverse("inventory:location_bins", args=[code])),
        ]

    def perform(self, form: Any) -> Done:
        given = form.cleaned_data
        bins.move(
            location=self.record,
            user=self.request.user,
            **{name: given[name] for name in ("item", "variant", "quantity", "from_bin", "to_bin")},
        )
        left = bins.outside_bins(item=given["item"], location=self.record)
        return Done(
            _("Moved. %(left)s %(item)s stand outside the bins.") % {"left": left.normalize(), "item": given["item"].no}
        )


class CentreFilter(FilterSet):
    code = TextFilter(label=gettext_lazy("Code"))
    name = TextFilter(label=gettext_lazy("Name"), lookup="icontains")

    search_fields = ("code", "name")

    class Meta:
        model = ResponsibilityCentre
        fields: list[str] = []


class CentreTable(Table):
    code = Column(
        linkify=edit_link("inventory:responsibilitycentre_update", "base.setup_edit"), verbose_name=gettext_lazy("Code")
    )
    name = Column(verbose_name=gettext_lazy("Name"))
    location_count = IntegerColumn(verbose_name=gettext_lazy("Locations"))
    user_count = IntegerColumn(verbose_name=gettext_lazy("Users limited to it"))
    document_count = IntegerColumn(verbose_name=gettext_lazy("Open documents"))

    main_columns = ("code", "name")

    class Meta:
        model = ResponsibilityCentre
        fields = ("code", "name", "location_count", "user_count", "document_count")


class CentreListView(ListView):
    permission_required = "base.setup_edit"
    title = gettext_lazy("Responsibility centres")
    filterset_class = CentreFilter
    table_class = CentreTable
    queryset = ResponsibilityCentre.objects.annotate(
        location_count=count_of(Location.objects.all(), "responsibility_centre"),
        user_count=count_of(UserScope.responsibility_centres.through.objects.all(), "responsibilitycentre"),
        document_count=count_of(Document.objects.all(), "responsibility_centre"),
    ).order_by("code")
    actions = (
        Action(
            gettext_lazy("New responsibility centre"),
            "inventory:responsibilitycentre_create",
            permission="base.setup_edit",
            primary=True,
            shortcut="Alt+N",
        ),
    )
    empty_text = gettext_lazy("There are no responsibility centres: everybody sees all documents.")


class CentreCreateView(CreateView):
    permission_required = "base.setup_edit"
    model = ResponsibilityCentre
    form_class = ResponsibilityCentreForm
    title = gettext_lazy("New responsibility centre")
    parent = "inventory:responsibilitycentre_list"
    parent_title = gettext_lazy("Responsibility centres")

    def get_success_url(self) -> str:
        return reverse(self.parent)


class CentreUpdateView(UpdateView):
    permission_required = "base.setup_edit"
    model = ResponsibilityCentre
    form_class = ResponsibilityCentreForm
    slug_field = slug_url_kwarg = "code"
    parent = "inventory:responsibilitycentre_list"
    parent_title = gettext_lazy("Responsibility centres")

    def get_success_url(self) -> str:
        return reverse(self.parent)
