"""Home by role, the search over everything, and the command palette.

The apps are asked, not known: an app's ``home`` or ``selectors`` module may have ``cues(user)``, its ``selectors``
``find(user, text)``, and its module ``home`` may have ``tasks(user)``.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from itertools import groupby
from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from config.base import charts
from config.base.models import SavedView
from config.base.pages import Cue, Hit
from config.base.preferences import request_preference
from config.base.views.job_pages import visible_jobs
from config.base.views.page import PageView, is_fragment
from config.navigation import find_pages

MY_JOBS = 5
PALETTE_HITS = 20


def ask_apps(question: str, module: str = "selectors") -> Iterator[Callable[..., Any]]:
    """The functions of that name in the ``selectors``, or another module, of our apps."""
    for config in apps.get_app_configs():
        name = f"{config.name}.{module}"
        if "site-packages" not in config.path and find_spec(name) is not None:
            answer = getattr(import_module(name), question, None)
            if answer is not None:
                yield answer


class HomeView(PageView):
    """What the user begins with one tap, cue tiles, his jobs, what was opened last."""

    permission_required = ()
    title = _("Home")
    template_name = "base/home.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The context of ``base/home.html``."""
        user = self.request.user
        asked = [ask for module in ("home", "selectors") for ask in ask_apps("cues", module)]
        cues: list[Cue] = [cue for ask in asked for cue in ask(user)]
        preference = request_preference(self.request)
        return super().get_context_data(
            tasks=[task for answer in ask_apps("tasks", "home") for task in answer(user)],
            cue_groups=[(group, list(members)) for group, members in groupby(cues, key=lambda cue: str(cue.group))],
            my_jobs=list(visible_jobs(user).filter(requested_by_id=user.pk).order_by("-pk")[:MY_JOBS]),
            recent=[entry for entry in preference.recent if isinstance(entry, dict)],
            pinned=pinned_views(user),
            **context,
        )


def pinned_views(user: Any) -> list[tuple[str, str]]:
    """(name, url) of the user's pinned views; those of a list inside a record have no address of their own."""
    found = []
    for view in SavedView.objects.filter(owner_id=user.pk, pinned=True).order_by("position", "name", "pk"):
        with suppress(NoReverseMatch):
            found.append((view.name, f"{reverse(view.list_name)}?{view.query}"))
    return found


def find(request: HttpRequest, text: str) -> list[Hit]:
    """Pages by name, then what the apps find. Without a text: the pages."""
    pages = find_pages(request.user, text)
    if not text:
        return pages
    return pages + [hit for answer in ask_apps("find") for hit in answer(request.user, text)]


class SearchView(PageView):
    """The search page; for HTMX, the list inside the palette."""

    permission_required = ()
    title = _("Find")
    template_name = "base/search.html"
    partial_template_name = "partials/_hits.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Hits by kind."""
        text = self.request.GET.get("q", "").strip()
        hits = find(self.request, text)
        shown = hits[:PALETTE_HITS] if is_fragment(self.request) else hits
        return super().get_context_data(text=text, hits=shown, hit_count=len(hits), **context)


class StyleguideView(PageView):
    """Every component in one place, for developers (only with DEBUG)."""

    permission_required = ()
    title = _("Style guide")
    template_name = "base/styleguide.html"

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """A chart to look at."""
        stock = charts.Series("Inventory", [Decimal(value) for value in (120, 180, 150, 210, 190, 240)])
        ledger = charts.Series("G/L balance", [Decimal(value) for value in (120, 170, 150, 180, 190, 235)])
        months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
        chart = charts.step_chart("Inventory value", "It rose from 120 to 240.", months, [stock, ledger])
        return super().get_context_data(chart=chart, **context)


class HelpView(PageView):
    """A help topic, from ``templates/help/<topic>.html``; the index where there is none."""

    permission_required = ()
    title = _("Help")
    template_name = "base/help.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show it."""
        topic = kwargs.get("topic", "")
        template = [f"help/{topic}.html", "help/index.html"]
        return self.render_to_response(self.get_context_data(topic=topic, topic_template=template))
