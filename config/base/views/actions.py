"""The page of everything that posts or changes state: a form, one domain call, a message, a redirect."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import requests
from config.base.errors import DomainError
from config.base.forms import Form
from config.base.pages import Done, Preview, Text
from config.base.views.edit import add_domain_error, lookup_response
from config.base.views.page import PageMixin
from config.base.views.previews import shown_tables

KEY_NAME = "_request_key"
PREVIEW_NAME = "_preview"
CONFIRM_NAME = "_confirm"


class ActionView(PageMixin):
    """GET asks, POST does it once. Without fields it is a confirm page."""

    template_name = "generic/action.html"
    form_class: type[forms.BaseForm] = Form
    verb: Text = gettext_lazy("Post")
    question: Text = ""
    preview_label: Text = gettext_lazy("Preview posting")
    danger = False
    confirm_text: Text = ""
    record: Any = None

    def get_record(self) -> Any:
        """What the action acts on; raises Http404."""
        return None

    def get_initial(self) -> dict[str, Any]:
        """First values of the form."""
        return {}

    def get_form(self, data: Any = None) -> Any:
        """The form, bound where there is data."""
        kwargs: dict[str, Any] = {"initial": self.get_initial()}
        if issubclass(self.form_class, Form):
            kwargs["user"] = self.request.user
        return self.form_class(data, **kwargs)

    def get_question(self) -> Text:
        """What happens, with figures: the text above the button."""
        return self.question

    def get_verb(self) -> Text:
        """The words of the button."""
        return self.verb

    def get_confirm_text(self) -> Text:
        """What has to be typed before the action runs; blank for nothing."""
        return self.confirm_text

    def get_back_url(self) -> str:
        """Where Cancel leads, and where the action ends when it says nothing else."""
        crumbs = self.get_breadcrumbs()
        if crumbs:
            return crumbs[-1][1]
        return str(self.record.get_absolute_url()) if hasattr(self.record, "get_absolute_url") else reverse("base:home")

    def perform(self, form: Any) -> Done:
        """The one domain call. Raises DomainError."""
        raise NotImplementedError

    def preview(self, form: Any) -> Preview:
        """What ``perform`` would do, made by the same code and rolled back. Raises DomainError."""
        raise NotImplementedError

    @property
    def has_preview(self) -> bool:
        """Whether the page offers "Preview posting"."""
        return type(self).preview is not ActionView.preview

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask."""
        if (answer := lookup_response(request, self.form_class.base_fields)) is not None:  # type: ignore[attr-defined]
            return answer
        self.record = self.get_record()
        return self.show(self.get_form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Do it, or show what is wrong (422)."""
        self.record = self.get_record()
        form = self.get_form(request.POST)
        valid = form.is_valid()
        if self.has_preview and PREVIEW_NAME in request.POST:
            return self._show_preview(form) if valid else self.show(form, status=422)
        wanted = str(self.get_confirm_text())
        if wanted and request.POST.get(CONFIRM_NAME, "").strip() != wanted:
            form.add_error(None, _("Type %(text)s to confirm.") % {"text": wanted})
            valid = False
        return self._perform_once(form) if valid else self.show(form, status=422)

    def _show_preview(self, form: Any) -> HttpResponse:
        try:
            preview = self.preview(form)
        except DomainError as error:
            add_domain_error(form, error)
            return self.show(form, status=422)
        return self.show(form, preview=preview, preview_tables=shown_tables(preview, self.request.user))

    def _perform_once(self, form: Any) -> HttpResponse:
        key = self.request.POST.get(KEY_NAME, "") or uuid4().hex
        try:
            with requests.once(key, self.request.user) as request:
                done = self.perform(form)
                url = done.url or self.get_back_url()
                safe = isinstance(done.message, SafeString)
                request.finish({"url": url, "message": str(done.message), "safe": safe})
        except requests.AlreadySent as error:
            if not error.result:
                add_domain_error(form, error)
                return self.show(form, status=422)
            # The result is our own: what was safe markup when it was stored is so still.
            first = error.result["message"]
            messages.info(self.request, mark_safe(first) if error.result.get("safe") else first)  # noqa: S308
            return HttpResponseRedirect(error.result["url"])
        except DomainError as error:
            add_domain_error(form, error)
            return self.show(form, status=422)
        if done.message:
            level = getattr(messages, done.level.upper(), messages.SUCCESS)
            messages.add_message(self.request, level, str(done.message))
        return HttpResponseRedirect(url)

    def show(self, form: Any, status: int = 200, **context: Any) -> HttpResponse:
        """The page with the form; a refused request keeps its key, so that the retry is the same request."""
        key = self.request.POST.get(KEY_NAME, "") or uuid4().hex
        page = self.get_context_data(
            form=form,
            request_key=key,
            key_name=KEY_NAME,
            preview_name=PREVIEW_NAME,
            confirm_name=CONFIRM_NAME,
            question=self.get_question(),
            verb=self.get_verb(),
            danger=self.danger,
            record=self.record,
            confirm_wanted=self.get_confirm_text(),
            has_preview=self.has_preview,
            preview_label=self.preview_label,
            back_url=self.get_back_url(),
            **context,
        )
        return self.render_to_response(page, status=status)
