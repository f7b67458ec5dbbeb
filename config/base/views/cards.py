"""The card of a record: key figures that drill, sections, tabs of related lists, facts at the right."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.generic.detail import SingleObjectMixin

from config.base import record_kinds
from config.base.pages import Badge, Fact, Figure, Related, Section, Text, allowed
from config.base.views.page import PageMixin


class CardView(SingleObjectMixin, PageMixin):  # type: ignore[type-arg] # not generic at run time
    """A card. Parts that carry a permission are left out for users without it."""

    template_name = "generic/detail.html"
    object: Any

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the card."""
        self.object = self.get_object()
        response = self.render_to_response(self.get_context_data())
        self.remember(self.get_kind())
        return response

    def get_kind(self) -> Text:
        """What the record is, in words."""
        return capfirst(self.object._meta.verbose_name) if isinstance(self.object, Model) else ""

    def get_title(self) -> Text:
        """The number of the record."""
        return str(self.object)

    def get_badges(self) -> Sequence[Badge]:
        """States beside the heading."""
        return []

    def get_figures(self) -> Sequence[Figure]:
        """The strip of key figures."""
        return []

    def get_figures_urls(self) -> Sequence[Fact]:
        """Addresses of more key figures: fragments of ``partials/_more_figures.html`` that another app serves."""
        return []

    def get_sections(self) -> Sequence[Section]:
        """The sections of the tab "Card"."""
        return []

    def get_related(self) -> Sequence[Related]:
        """The other tabs."""
        return []

    def get_facts(self) -> Sequence[Fact]:
        """The boxes at the right."""
        return []

    def _record_tabs(self) -> list[Related]:
        """Notes and files, and the history, of a record that has them at the common addresses."""
        record = self.object
        kind = record_kinds.kinds().get(record._meta.label_lower) if isinstance(record, Model) else None
        if kind is None or kind.own_pages or not record_kinds.sees(kind, self.request.user):
            return []
        return [
            Related("files", _("Notes and files"), record_kinds.page_of(record, "files")),
            Related("history", _("History"), record_kinds.page_of(record, "history")),
        ]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The context of ``generic/detail.html``."""
        user = self.request.user
        sections = [_without_hidden(section, user) for section in allowed(self.get_sections(), user)]
        related = allowed([*self.get_related(), *self._record_tabs()], user)
        wanted = self.request.GET.get("tab", "")
        return super().get_context_data(
            kind=self.get_kind(),
            badges=self.get_badges(),
            figures=allowed(self.get_figures(), user),
            figures_urls=allowed(self.get_figures_urls(), user),
            sections=[section for section in sections if section.fields or section.actions],
            related=related,
            tab=next((item for item in related if item.key == wanted), None),
            facts=allowed(self.get_facts(), user),
            **context,
        )


def _without_hidden(section: Section, user: Any) -> Section:
    return Section(
        section.key,
        section.title,
        allowed(section.fields, user),
        section.open,
        section.permission,
        allowed(section.actions, user),
    )


class DocumentView(CardView):
    """A card with a grid of lines in its middle; ``lines_view`` is the LineGridView of the document."""

    template_name = "generic/document.html"
    lines_view: type[Any]

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The card's context, and the grid."""
        grid = self.lines_view.for_page(self.request, self.object, **self.kwargs)
        return super().get_context_data(grid=grid, **context)
