"""What every page has: a title, breadcrumbs, actions, and the way it answers a fragment request."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from config.base.pages import Action, Text, allowed
from config.base.preferences import remember_recent, request_preference
from config.base.views.access import AccessMixin

VISIBLE_ACTIONS = 4
HEAD_TARGET = "page-head-refresh"


def is_fragment(request: HttpRequest) -> bool:
    """Whether HTMX asks for a part of the page. Back and Forward ask for the whole."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def split_actions(actions: Sequence[Action]) -> tuple[list[Action], list[Action]]:
    """The actions that stand in the bar, the primary one first, and those of the menu."""
    ordered = sorted(actions, key=lambda action: not action.primary)
    return ordered[:VISIBLE_ACTIONS], ordered[VISIBLE_ACTIONS:]


class PageMixin(TemplateResponseMixin, ContextMixin, AccessMixin):
    """Title, breadcrumbs, actions and fragments."""

    title: Text = ""
    subtitle: Text = ""
    parent: str = ""
    parent_title: Text = ""
    actions: ClassVar[Sequence[Action]] = ()
    help_topic: str = ""
    partial_template_name: str = ""

    def get_title(self) -> Text:
        """The heading."""
        return self.title

    def get_subtitle(self) -> Text:
        """The line beside the heading."""
        return self.subtitle

    def get_breadcrumbs(self) -> list[tuple[Text, str]]:
        """(label, url) of the pages above, outermost first."""
        return [(self.parent_title or self.parent, reverse(self.parent))] if self.parent else []

    def get_actions(self) -> Sequence[Action]:
        """The actions of the page; those the user may not are left out later."""
        return self.actions

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The context that ``base.html`` reads."""
        bar, menu = split_actions(allowed(self.get_actions(), self.request.user))
        page = {
            "page_title": self.get_title(),
            "page_subtitle": self.get_subtitle(),
            "breadcrumbs": self.get_breadcrumbs(),
            "actions": bar,
            "more_actions": menu,
            "help_topic": self.help_topic,
        }
        return super().get_context_data(**{**page, **context})

    def get_template_names(self) -> list[str]:
        """The partial for a fragment request, the head alone where a part of the page has changed, else the page."""
        if is_fragment(self.request) and self.request.headers.get("HX-Target") == HEAD_TARGET:
            return ["partials/_page_head.html"]
        if self.partial_template_name and is_fragment(self.request):
            return [self.partial_template_name]
        return super().get_template_names()

    def render_to_response(self, context: dict[str, Any], **response_kwargs: Any) -> HttpResponse:
        """Answer; caches must not hand a fragment to somebody who asked for the page."""
        response = super().render_to_response(context, **response_kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        response.headers["Cache-Control"] = "no-store"
        return response

    def remember(self, kind: Text = "") -> None:
        """Note the page among the user's recent ones."""
        label = f"{self.get_title()} {self.get_subtitle()}".strip()
        remember_recent(request_preference(self.request), label=label, url=self.request.path, kind=str(kind))


class PageView(PageMixin):
    """A page with a template of its own. ``partial_template_name`` answers fragment requests, where set."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page."""
        return self.render_to_response(self.get_context_data())
