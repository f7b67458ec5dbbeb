"""Item attributes: list, card with its options, forms; the attributes of one item as a form."""

from __future__ import annotations

from typing import Any

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import changelog
from config.base.errors import DomainError
from config.base.forms import Form
from config.base.pages import Action, Badge, Done, Figure, GridColumn, Section, fields_of
from config.base.views import ActionView, CreateView, DocumentView, LineGridView, ListView, UpdateView
from inventory import attributes, forms, tables
from inventory.attributes import Effective
from inventory.enums import AttributeType
from inventory.item_filters import ItemAttributeFilter
from inventory.models import (
    CategoryAttribute,
    Item,
    ItemAttribute,
    ItemAttributeOption,
    ItemAttributeValue,
)
from inventory.selectors import count_of

PARENT = "inventory:itemattribute_list"
PARENT_TITLE = gettext_lazy("Item attributes")


def with_counts() -> Any:
    """Attributes with how many options, own values of items and defaults of categories there are."""
    return ItemAttribute.objects.annotate(
        option_count=count_of(ItemAttributeOption.objects.all(), "attribute"),
        value_count=count_of(ItemAttributeValue.objects.all(), "attribute"),
        category_count=count_of(CategoryAttribute.objects.all(), "attribute"),
    )


class ItemAttributeListView(ListView):
    permission_required = "base.item_view"
    title = PARENT_TITLE
    queryset = with_counts().order_by("code")
    filterset_class = ItemAttributeFilter
    table_class = tables.ItemAttributeTable
    totals = ("option_count", "value_count")
    actions = (
        Action(
            gettext_lazy("New attribute"),
            "inventory:itemattribute_create",
            permission="base.item_edit",
            primary=True,
            shortcut="Alt+N",
        ),
        Action(gettext_lazy("Item categories"), "inventory:itemcategory_list"),
    )
    empty_text = gettext_lazy("There are no attributes yet. Create the first one: a colour, a width, a shelf life.")


class AttributeOptionsView(LineGridView):
    """The values that an option attribute may have, with their names in other languages."""

    permission_required = "base.item_view"
    edit_permission = "base.item_edit"
    form_class = forms.AttributeOptionForm
    heading = gettext_lazy("Options")
    columns = (
        GridColumn("name"),
        GridColumn("name_nb"),
        GridColumn("name_da"),
        GridColumn("position", kind="integer", width="narrow"),
        GridColumn("blocked", kind="yesno"),
    )

    def get_document(self) -> ItemAttribute:
        return get_object_or_404(ItemAttribute, code=self.kwargs["code"])

    def get_lines(self) -> Any:
        return self.document.options.order_by("position", "pk")

    def is_editable(self) -> bool:
        return bool(self.document.value_type == AttributeType.OPTION)

    def get_document_url(self) -> str:
        return reverse("inventory:itemattribute_detail", args=[self.document.code])

    def get_grid_url(self) -> str:
        return reverse("inventory:itemattribute_options", args=[self.document.code])

    def new_line(self) -> ItemAttributeOption:
        return ItemAttributeOption(attribute=self.document)

    def save_line(self, form: Any, line: Any) -> Any:
        with transaction.atomic():
            stored = ItemAttributeOption.objects.filter(pk=line.pk).first() if line else None
            before = _option_words(self.document, stored) if stored else None
            option = form.save()
            attributes.rename_option(option)
            after = _option_words(self.document, option)
            changelog.record(self.request.user, before or changelog.words(self.document, {}), after)
        return option

    def delete_line(self, line: Any) -> None:
        if attributes.used_options([line]):
            raise DomainError(_("%(name)s is the value of some items. Block it instead.") % {"name": line.name})
        with transaction.atomic():
            before = _option_words(self.document, line)
            line.delete()
            changelog.record(self.request.user, before, changelog.words(self.document, {}))


def _option_words(attribute: ItemAttribute, option: ItemAttributeOption) -> changelog.Snapshot:
    names = "; ".join([option.name, option.name_nb, option.name_da])
    blocked = _("blocked") if option.blocked else ""
    return changelog.words(attribute, {f"option {option.pk}": f"{names} {blocked}".strip()})


class ItemAttributeView(DocumentView):
    permission_required = "base.item_view"
    queryset = with_counts()
    slug_field = slug_url_kwarg = "code"
    parent = PARENT
    parent_title = PARENT_TITLE
    lines_view = AttributeOptionsView

    def get_title(self) -> str:
        return str(self.object.code)

    def get_subtitle(self) -> str:
        return str(self.object.display_name)

    def get_badges(self) -> list[Badge]:
        kind = Badge(self.object.get_value_type_display(), "neutral", self.object.value_type)
        return [kind, Badge(_("Blocked"), "danger", "blocked")] if self.object.blocked else [kind]

    def get_figures(self) -> list[Figure]:
        row = self.object
        return [
            Figure(_("Items with a value of their own"), row.value_count, "integer"),
            Figure(_("Categories that hand it down"), row.category_count, "integer"),
        ]

    def get_sections(self) -> list[Section]:
        names = fields_of(self.object, "code", "name", "name_nb", "name_da", "value_type", "unit", "blocked")
        return [Section("general", _("General"), names)]

    def get_actions(self) -> list[Action]:
        return [
            Action(
                _("Edit"),
                reverse("inventory:itemattribute_update", args=[self.object.code]),
                permission="base.item_edit",
                primary=True,
            )
        ]


class ItemAttributeCreateView(CreateView):
    permission_required = "base.item_edit"
    model = ItemAttribute
    form_class = forms.ItemAttributeForm
    title = gettext_lazy("New attribute")
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_success_url(self) -> str:
        return reverse("inventory:itemattribute_detail", args=[self.object.code])


class ItemAttributeUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = ItemAttribute
    form_class = forms.ItemAttributeForm
    slug_field = slug_url_kwarg = "code"
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_success_url(self) -> str:
        return reverse("inventory:itemattribute_detail", args=[self.object.code])

    def get_back_url(self) -> str:
        return self.get_success_url()


class ItemValuesForm(Form):
    """The values of one item: a field for each attribute that it has, and one that it does not have yet."""

    def __init__(self, *args: Any, found: list[Effective], others: list[ItemAttribute], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = found
        for effective in found:
            self.fields[f"value_{effective.attribute.pk}"] = _value_field(effective)
        if others:
            choices = [("", "")] + [(str(row.pk), f"{row.code}  {row.display_name}") for row in others]
            self.fields["attribute"] = django_forms.ChoiceField(
                label=_("Another attribute"), required=False, choices=choices
            )
            self.fields["value"] = django_forms.CharField(label=_("Its value"), required=False, max_length=200)
        self.others = {str(row.pk): row for row in others}

    def clean(self) -> dict[str, Any]:
        """Read every value by the type of its attribute."""
        cleaned = super().clean() or self.cleaned_data
        self.values: dict[int, attributes.Typed] = {}
        for effective in self.found:
            name = f"value_{effective.attribute.pk}"
            self._read(effective.attribute, name, cleaned.get(name) or "")
        if another := self.others.get(cleaned.get("attribute") or ""):
            self._read(another, "value", cleaned.get("value") or "")
        elif cleaned.get("value"):
            self.add_error("attribute", _("Choose the attribute that the value belongs to."))
        return cleaned

    def _read(self, attribute: ItemAttribute, name: str, text: str) -> None:
        try:
            self.values[attribute.pk] = attributes.read_value(attribute, text)
        except ValidationError as error:
            self.add_error(name, error)


def _value_field(effective: Effective) -> django_forms.Field:
    """The field of a value: its choices, or a box. Its help says what the item inherits without one of its own."""
    attribute, row = effective.attribute, effective.row
    initial = attributes.typed_text(row) if row is not None and effective.is_own else ""
    handed = attributes.shown_text(row) if row is not None and not effective.is_own else ""
    hint = _("From %(code)s: %(value)s") % {"code": effective.inherited_from, "value": handed} if handed else ""
    common: dict[str, Any] = {
        "label": attribute.display_name,
        "required": False,
        "initial": initial,
        "help_text": hint,
    }
    if attribute.value_type != AttributeType.OPTION:
        classes = "num" if attribute.is_number else ""
        widget = django_forms.TextInput(attrs={"autocomplete": "off", "class": classes})
        return django_forms.CharField(max_length=200, widget=widget, **common)
    options = [row for row in attribute.options.order_by("position", "pk") if not row.blocked or row.name == initial]
    choices = [("", f"({handed})" if handed else "")] + [(row.display_name, row.display_name) for row in options]
    return django_forms.ChoiceField(choices=choices, **common)


class ItemAttributesView(ActionView):
    """The attributes of one item, its own and the inherited ones, in one form."""

    has_any = True

    permission_required = "base.item_edit"
    form_class = ItemValuesForm
    verb = gettext_lazy("Save")

    def get_record(self) -> Item:
        return get_object_or_404(Item, no=self.kwargs["no"])

    def get_title(self) -> str:
        return _("Attributes of %(no)s") % {"no": self.kwargs["no"]}

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        no = self.kwargs["no"]
        return [(_("Items"), reverse("inventory:item_list")), (no, reverse("inventory:item_detail", args=[no]))]

    def get_question(self) -> str:
        if not self.has_any:
            return _("There are no attributes yet. They are made under item attributes and handed down by categories.")
        return _("A blank field takes the value of the category, where that has one.")

    def get_form(self, data: Any = None) -> ItemValuesForm:
        found = attributes.attributes_of_item(self.record)
        has = {effective.attribute.pk for effective in found}
        others = [row for row in attributes.active_attributes() if row.pk not in has]
        self.has_any = bool(found or others)
        return ItemValuesForm(data, found=found, others=others, user=self.request.user)

    def perform(self, form: Any) -> Done:
        count = attributes.save_values(self.record, form.values, user=self.request.user)
        return Done(_("%(count)s values changed.") % {"count": count})
