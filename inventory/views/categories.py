"""Item categories: the tree as a list, the card with what it hands down, moving and merging."""

from __future__ import annotations

import json
from collections import Counter
from functools import cached_property
from typing import Any

from django.db.models import CharField, Count, Func, IntegerField, Value
from django.db.models.functions import Cast, Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.pages import (
    Action,
    Done,
    Field,
    Figure,
    GridColumn,
    Preview,
    PreviewTable,
    Section,
    fields_of,
)
from config.base.views import ActionView, CreateView, DocumentView, LineGridView, ListView, UpdateView
from inventory import attributes, categories, forms, tables
from inventory.categories import Tree
from inventory.item_filters import ItemCategoryFilter
from inventory.models import CategoryAttribute, Item, ItemCategory
from inventory.selectors import count_of, list_url

PARENT = "inventory:itemcategory_list"
PARENT_TITLE = gettext_lazy("Item categories")


def by_key(values: dict[int, int]) -> Any:
    """A figure that was worked out for each category, as an expression."""
    found = Func(
        Value(json.dumps(values)), Cast("pk", CharField()), template="(%(expressions)s)", arg_joiner="::jsonb ->> "
    )
    return Coalesce(Cast(found, IntegerField()), Value(0))


def with_tree(tree: Tree) -> Any:
    """Categories with their place and depth in the tree and their items, with and without those below."""
    places = {row.pk: (place, depth) for place, (row, depth) in enumerate(tree.in_order())}
    counted = Item.objects.filter(category__isnull=False).order_by().values_list("category").annotate(Count("pk"))
    own = Counter(dict(counted))
    below = {pk: sum(own[each] for each in tree.with_below([pk])) for pk in tree.by_id}
    return ItemCategory.objects.select_related("parent").annotate(
        position=by_key({pk: place for pk, (place, _depth) in places.items()}),
        depth=by_key({pk: depth for pk, (_place, depth) in places.items()}),
        item_count=count_of(Item.objects.all(), "category"),
        items_below=by_key(below),
        attribute_count=count_of(CategoryAttribute.objects.all(), "category"),
    )


class ItemCategoryListView(ListView):
    permission_required = "base.item_view"
    title = PARENT_TITLE
    filterset_class = ItemCategoryFilter
    table_class = tables.ItemCategoryTable
    totals = ("item_count", "attribute_count")
    actions = (
        Action(
            gettext_lazy("New category"),
            "inventory:itemcategory_create",
            permission="base.item_edit",
            primary=True,
            shortcut="Alt+N",
        ),
        Action(gettext_lazy("Item attributes"), "inventory:itemattribute_list"),
    )
    empty_text = gettext_lazy("There are no categories yet. Create the first one.")

    def get_queryset(self) -> Any:
        return with_tree(Tree.load()).order_by("position")


class CategoryAttributesView(LineGridView):
    """The attributes that a category hands down, each perhaps with a default."""

    permission_required = "base.item_view"
    edit_permission = "base.item_edit"
    form_class = forms.CategoryAttributeForm
    heading = gettext_lazy("Attributes that the category hands down")
    columns = (
        GridColumn("attribute"),
        GridColumn("attribute_name", gettext_lazy("Name"), figure=True),
        GridColumn("attribute_type", gettext_lazy("Value type"), figure=True),
        GridColumn("value", width="wide"),
    )

    def get_document(self) -> ItemCategory:
        return get_object_or_404(ItemCategory, code=self.kwargs["code"])

    def get_lines(self) -> Any:
        return self.document.attributes.select_related("attribute", "option").order_by("attribute__code")

    def get_document_url(self) -> str:
        return reverse("inventory:itemcategory_detail", args=[self.document.code])

    def get_grid_url(self) -> str:
        return reverse("inventory:itemcategory_attributes", args=[self.document.code])

    def new_line(self) -> CategoryAttribute:
        return CategoryAttribute(category=self.document)

    def save_line(self, form: Any, line: Any) -> Any:
        return categories.save_attribute(form.save(commit=False), user=self.request.user)

    def delete_line(self, line: Any) -> None:
        categories.delete_attribute(line, user=self.request.user)


class ItemCategoryView(DocumentView):
    """The card of a category."""

    permission_required = "base.item_view"
    slug_field = slug_url_kwarg = "code"
    parent = PARENT
    parent_title = PARENT_TITLE
    lines_view = CategoryAttributesView

    @cached_property
    def tree(self) -> Tree:
        return Tree.load()

    def get_queryset(self) -> Any:
        return with_tree(self.tree)

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        above = self.tree.path(self.object.parent_id)
        links = [(row.name or row.code, reverse("inventory:itemcategory_detail", args=[row.code])) for row in above]
        return [*super().get_breadcrumbs(), *links]

    def get_title(self) -> str:
        return str(self.object.code)

    def get_subtitle(self) -> str:
        return str(self.object.name)

    def get_figures(self) -> list[Figure]:
        row = self.object
        own, below = (
            list_url("inventory:item_list", own_category=row.code),
            list_url("inventory:item_list", category=row.code),
        )
        return [
            Figure(_("Own items"), row.item_count, "integer", own),
            Figure(_("With those below"), row.items_below, "integer", below),
            Figure(
                _("Sub-categories"),
                len(self.tree.with_below([row.pk])) - 1,
                "integer",
                list_url(PARENT, parent=row.code),
                hint=_("All that stand below"),
            ),
        ]

    def get_sections(self) -> list[Section]:
        parent = self.object.parent
        url = reverse("inventory:itemcategory_detail", args=[parent.code]) if parent else ""
        general = [
            *fields_of(self.object, "code", "name"),
            Field(_("Parent category"), self.tree.words(self.object.parent_id), url=url),
        ]
        return [Section("general", _("General"), general), self._inherited()]

    def _inherited(self) -> Section:
        rows = attributes.attributes_of_category(self.tree, self.object.parent_id)
        fields = [
            Field(
                row.attribute.display_name,
                attributes.shown_text(row) if row.value else _("no default"),
                url=reverse("inventory:itemcategory_detail", args=[row.category.code]),
                hint=_("from %(code)s") % {"code": row.category.code},
            )
            for row in rows
        ]
        return Section("inherited", _("Inherited attributes"), fields)

    def get_actions(self) -> list[Action]:
        code = self.object.code
        edit = "base.item_edit"
        return [
            Action(_("Edit"), reverse("inventory:itemcategory_update", args=[code]), permission=edit, primary=True),
            Action(_("New sub-category"), f"{reverse('inventory:itemcategory_create')}?parent={code}", permission=edit),
            Action(_("Move"), reverse("inventory:itemcategory_move", args=[code]), permission=edit),
            Action(_("Merge"), reverse("inventory:itemcategory_merge", args=[code]), permission=edit),
        ]


class ItemCategoryCreateView(CreateView):
    permission_required = "base.item_edit"
    model = ItemCategory
    form_class = forms.ItemCategoryForm
    title = gettext_lazy("New category")
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_success_url(self) -> str:
        return reverse("inventory:itemcategory_detail", args=[self.object.code])


class ItemCategoryUpdateView(UpdateView):
    permission_required = "base.item_edit"
    model = ItemCategory
    form_class = forms.ItemCategoryForm
    slug_field = slug_url_kwarg = "code"
    parent = PARENT
    parent_title = PARENT_TITLE

    def get_success_url(self) -> str:
        return reverse("inventory:itemcategory_detail", args=[self.object.code])

    def get_back_url(self) -> str:
        return self.get_success_url()


class _CategoryAction(ActionView):
    permission_required = "base.item_edit"

    def get_record(self) -> ItemCategory:
        return get_object_or_404(ItemCategory, code=self.kwargs["code"])

    def get_breadcrumbs(self) -> list[tuple[Any, str]]:
        code = self.kwargs["code"]
        return [(PARENT_TITLE, reverse(PARENT)), (code, reverse("inventory:itemcategory_detail", args=[code]))]


class MoveCategoryView(_CategoryAction):
    form_class = forms.MoveCategoryForm
    title = gettext_lazy("Move category")
    verb = gettext_lazy("Move")

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.record.parent}

    def get_question(self) -> str:
        tree = Tree.load()
        below = len(tree.with_below([self.record.pk])) - 1
        return ngettext(
            "%(code)s moves with %(count)s category below it. Its items inherit the attributes of the new place.",
            "%(code)s moves with %(count)s categories below it. Its items inherit the attributes of the new place.",
            below,
        ) % {"code": self.record.code, "count": below}

    def perform(self, form: Any) -> Done:
        moved = categories.move_category(self.record, parent=form.cleaned_data["parent"], user=self.request.user)
        return Done(_("%(path)s is where the category stands now.") % {"path": Tree.load().words(moved.pk)})


class MergeCategoryView(_CategoryAction):
    form_class = forms.MergeCategoryForm
    title = gettext_lazy("Merge category")
    verb = gettext_lazy("Merge")
    preview_label = gettext_lazy("Preview")
    danger = True

    def get_question(self) -> str:
        return _("%(code)s is deleted; another category gets all that it has.") % {"code": self.record.code}

    def preview(self, form: Any) -> Preview:
        plan = categories.plan_merge(self.record, form.cleaned_data["into"])
        return merge_preview(plan)

    def perform(self, form: Any) -> Done:
        into = form.cleaned_data["into"]
        merge = categories.merge_category(self.record, into=into, user=self.request.user)
        message = _("%(code)s is merged into %(into)s: %(items)s items, %(below)s sub-categories.") % {
            "code": self.record.code,
            "into": into.code,
            "items": merge.items,
            "below": merge.sub_categories,
        }
        return Done(message, url=reverse("inventory:itemcategory_detail", args=[into.code]))


def merge_preview(plan: categories.Merge) -> Preview:
    """What a merge would do, in words and figures."""
    rows = [
        {"what": _("Items"), "count": plan.items},
        {"what": _("Sub-categories"), "count": plan.sub_categories},
        {"what": _("Attributes"), "count": len(plan.attributes)},
    ]
    columns = [GridColumn("what", _("What moves")), GridColumn("count", _("How many"), kind="integer")]
    notes = [
        _("The default of %(code)s is dropped: the other category has the attribute already.") % {"code": code}
        for code in plan.dropped
    ]
    return Preview([PreviewTable(_("What moves"), columns, rows)], notes, _("Preview (nothing is changed)"))
