"""A page that does something with the chosen rows of a list: it takes the choice by POST, asks, previews, does it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.errors import DomainError
from config.base.views.actions import ActionView
from config.base.views.lists import ListView

SELECT_NAME = "_select"
MAX_ROWS = 20_000


class BulkActionView(ActionView):
    """``list_view`` is the list that the rows come from; ``get_rows`` are the chosen ones, as its filters give them."""

    template_name = "generic/bulk.html"
    preview_label = gettext_lazy("Preview")
    list_view: type[ListView]

    @cached_property
    def chosen(self) -> list[int]:
        """The keys of the chosen rows; those of the page come one by one, those of the form in one field."""
        data = self.request.POST
        words = [*data.getlist("pk"), *data.get("chosen", "").split(",")]
        return sorted({int(word) for word in words if word.isdecimal() and len(word) < 19})

    @property
    def takes_all(self) -> bool:
        """Whether every row that the filter matches is meant."""
        return bool(self.request.POST.get("all"))

    @cached_property
    def query(self) -> str:
        """The filter of the list, as it stood."""
        return self.request.POST.get("query", "")

    @property
    def list_url(self) -> str:
        """The list with its filter."""
        return f"{reverse(self.parent)}?{self.query}" if self.query else reverse(self.parent)

    def get_back_url(self) -> str:
        """Back to the list as it was."""
        return self.list_url

    def get_rows(self) -> QuerySet[Any]:
        """The chosen rows. Raises: DomainError where there are none, or too many for one time."""
        source = self.list_view()
        source.setup(self.request)
        source.params = QueryDict(self.query)
        rows = source.rows if self.takes_all else source.get_queryset().filter(pk__in=self.chosen)
        count = rows.order_by().count()
        if not count:
            raise DomainError(_("No row is chosen. Tick some rows, or all that match."))
        if count > MAX_ROWS:
            raise DomainError(
                _("%(count)s rows are chosen, and at most %(limit)s can be changed at a time. Narrow the filter.")
                % {"count": count, "limit": MAX_ROWS}
            )
        return rows

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """There is nothing to do without a choice: suggestions for a field, or back to the list."""
        if "lookup" in request.GET:
            return super().get(request, *args, **kwargs)
        return HttpResponseRedirect(reverse(self.parent))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask what to do with the rows, or do it."""
        try:
            self.get_rows()
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(self.list_url)
        if SELECT_NAME in request.POST:
            return self.show(self.get_form())
        return super().post(request, *args, **kwargs)

    def show(self, form: Any, status: int = 200, **context: Any) -> HttpResponse:
        """The page, which carries the choice along."""
        selection = {
            "chosen": ",".join(map(str, self.chosen)),
            "takes_all": self.takes_all,
            "query": self.query,
            "list_name": self.parent,
        }
        return super().show(form, status, selection=selection, **context)
