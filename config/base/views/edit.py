"""Pages that create and change master data: a model form, an optimistic lock, the change log."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Field as ModelField
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic.detail import SingleObjectMixin

from config.base import changelog, record_kinds
from config.base.errors import DomainError
from config.base.forms import ModelForm, RecordField
from config.base.pages import Action, Text
from config.base.views.page import VISIBLE_ACTIONS, PageMixin

LOCK_NAME = "_version"
LOCK_FIELDS = ("version", "updated_at")


def add_domain_error(form: forms.BaseForm, error: DomainError) -> None:
    """Put a refusal on the form: each problem a line of its own, with its code and the way to the cure."""
    if str(error.message):
        form.add_error(None, _with_code(error.message, error.code))
    for problem in error.problems:
        form.add_error(None, _with_code(problem.message, problem.code, problem.url))


def _with_code(message: Text, code: str, url: str = "") -> ValidationError:
    link = format_html(' <a href="{}">{}</a>', url, _("Open")) if url else ""
    text = format_html('{}{} <small class="code">{}</small>', message, link, str(code))
    return ValidationError(text, code=str(code))


def lookup_response(request: HttpRequest, form_fields: Mapping[str, forms.Field]) -> HttpResponseBase | None:
    """The suggestions for a record field (``?lookup=item&item=CH``), where the request asks for them."""
    name = request.GET.get("lookup", "")
    if not name:
        return None
    field = form_fields.get(name)
    if not isinstance(field, RecordField):
        return JsonResponse({}, status=404)
    return render(request, "partials/_options.html", {"options": field.suggestions(request.GET.get(name, "").strip())})


class _EditView(PageMixin):
    """What creating and changing share."""

    template_name = "generic/form.html"
    model: type[Model] | None = None
    form_class: type[ModelForm]
    success_url = ""
    success_message: Text = ""
    object: Any = None
    before: changelog.Snapshot | None = None

    def get_initial(self) -> dict[str, Any]:
        """First values of a new record; those in the link win."""
        return {name: value for name, value in self.request.GET.items() if name in self.form_class.base_fields}

    def get_form(self, data: Any = None) -> Any:
        """The form, bound where there is data."""
        return self.form_class(data, instance=self.object, initial=self.get_initial(), user=self.request.user)

    def get_success_url(self) -> str:
        """Where to go after saving: the record's page."""
        return self.success_url or self.object.get_absolute_url()

    def get_back_url(self) -> str:
        """Where Cancel leads."""
        if self.object is not None and self.object.pk and hasattr(self.object, "get_absolute_url"):
            return str(self.object.get_absolute_url())
        return reverse(self.parent) if self.parent else reverse("base:home")

    def load(self) -> Any:
        """The record to change; None for a new one."""
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the form, or suggestions for one of its fields."""
        if (answer := lookup_response(request, self.form_class.base_fields)) is not None:
            return answer
        self.object = self.load()
        return self.show(self.get_form())

    def show(self, form: Any, status: int = 200, conflicts: Any = ()) -> HttpResponse:
        """The page with the form."""
        context = self.get_context_data(
            form=form,
            conflicts=conflicts,
            lock_name=LOCK_NAME,
            lock_value=lock_value(self.object),
            back_url=self.get_back_url(),
        )
        return self.render_to_response(context, status=status)

    def save(self, form: Any) -> Any:
        """Store the record. Override for a domain call; what changed is written to the change log either way."""
        return form.save()

    def logged(self, record: Any) -> changelog.Snapshot:
        """What the change log compares; override where the record is a part of another one."""
        return changelog.snapshot(record)

    def _save_and_log(self, form: Any) -> Any:
        with transaction.atomic():
            record = self.save(form)
            # As the table has it: a domain call may leave expressions in the instance.
            stored = type(record)._base_manager.get(pk=record.pk)
            changelog.record(self.request.user, self.before, self.logged(stored))
        return record

    def try_save(self, form: Any) -> HttpResponse:
        """Save and go on, or show what is wrong."""
        try:
            self.object = self._save_and_log(form)
        except DomainError as error:
            add_domain_error(form, error)
            return self.show(form, status=422)
        except IntegrityError:
            # Somebody took the number between our check and the write; the form's own check now sees it.
            if form.__class__(form.data, instance=self.load(), user=self.request.user).is_valid():
                raise
            form = self.get_form(form.data)
            form.is_valid()
            return self.show(form, status=422)
        messages.success(self.request, self.success_message or _("%(record)s is saved.") % {"record": self.object})
        return HttpResponseRedirect(self.get_success_url())


class CreateView(_EditView):
    """A page that makes a record."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store it, or show what is wrong (422)."""
        form = self.get_form(request.POST)
        return self.try_save(form) if form.is_valid() else self.show(form, status=422)


class UpdateView(SingleObjectMixin, _EditView):  # type: ignore[type-arg] # not generic at run time
    """A page that changes a record. Two people at once: the second sees both values and decides."""

    model: Any = None
    queryset: QuerySet[Any] | None = None

    def get_title(self) -> Text:
        """The record's name."""
        return self.title or _("Edit %(record)s") % {"record": self.object}

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The form's context; a record without a card has its history, notes and files here."""
        found = super().get_context_data(**context)
        shown = [*found["actions"], *found["more_actions"], *self._record_actions()]
        found["actions"], found["more_actions"] = shown[:VISIBLE_ACTIONS], shown[VISIBLE_ACTIONS:]
        return found

    def _record_actions(self) -> list[Action]:
        kind = record_kinds.kinds().get(self.object._meta.label_lower)
        is_card = kind is not None and kind.url_name.endswith("_update")
        if kind is None or not is_card or not record_kinds.sees(kind, self.request.user):
            return []
        pages = {"history": _("History"), "files": _("Notes and files")}
        return [Action(label, record_kinds.page_of(self.object, page)) for page, label in pages.items()]

    def load(self) -> Any:
        """The record of the link."""
        return self.get_object()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store it; 422 with what is wrong, or with both values where it was changed meanwhile."""
        self.object = self.load()
        sent = request.POST.get(LOCK_NAME, "")
        self.before = self.logged(self.object)
        stored = _values_of(self.object, self.form_class.base_fields)
        form = self.get_form(request.POST)
        valid = form.is_valid()
        if sent != lock_value(self.object):
            self.object.refresh_from_db()
            form.add_error(None, _("This record was changed by somebody else. Compare, then save again."))
            return self.show(form, status=422, conflicts=_conflicts(form, stored))
        return self.try_save(form) if valid else self.show(form, status=422)


def lock_value(record: Any) -> str:
    """What the hidden field of the optimistic lock holds: the version or time of the last change."""
    if record is None or not record.pk:
        return ""
    for name in LOCK_FIELDS:
        value = getattr(record, name, None)
        if value is not None:
            return force_str(value.isoformat() if hasattr(value, "isoformat") else value)
    return ""


def _values_of(record: Model, names: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.name for field in record._meta.get_fields() if isinstance(field, ModelField)}
    return {name: getattr(record, name) for name in names if name in fields}


def _conflicts(form: Any, stored: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Field by field: the value stored now, and the one typed here."""
    return [
        {"label": form[name].label, "stored": value, "typed": form[name].value()}
        for name, value in stored.items()
        if name in form.fields and force_str(form.fields[name].prepare_value(value)) != force_str(form[name].value())
    ]
