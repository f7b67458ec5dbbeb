"""Template tags of all pages: figures, dates, icons, badges, query strings."""

from datetime import date, datetime
from functools import cache
from typing import Any

import lucide.templatetags.lucide as lucide_tags
from django import template
from django.http import HttpRequest
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from config.base.formatting import MINUS, NUMBER_KINDS, date_html, format_number, number_html
from config.base.forms import RecordField
from config.base.listing import query_with
from config.base.models import Job
from config.base.pages import JOB_TONES

register = template.Library()


def _number_filter(kind: str) -> Any:
    def show(value: Any) -> SafeString:
        return number_html(None if value == "" else value, kind)

    show.__doc__ = f"The value as {kind}: ``<data class=num data-value>`` in the user's region."
    return show


for _kind in NUMBER_KINDS:
    register.filter(_kind, _number_filter(_kind))


@register.filter
def region_date(value: date | datetime | None) -> SafeString:
    """A date or moment in the user's region."""
    return date_html(value or None)


@register.filter
def shown(value: Any, kind: str) -> Any:
    """A value by its kind: a figure, a date, yes or no, or text."""
    if value is None or value == "":
        return ""
    if kind in NUMBER_KINDS:
        return number_html(value, kind)
    if kind in ("date", "datetime"):
        return date_html(value)
    if kind == "yesno":
        return _("Yes") if value else _("No")
    return value


@register.simple_tag
def figure(value: Any, kind: str = "amount", url: str = "") -> SafeString:
    """A figure, as a link to the entries behind it where there is an address; a blank one has nothing to link."""
    content = shown(value, kind)
    link = '<a class="figure-link" href="{}">{}</a>'
    return format_html(link, url, content) if url and content != "" else format_html("{}", content)


@register.simple_tag
def icon(name: str, size: int = 16, label: str = "") -> SafeString:
    """An inline icon: decoration beside text, or with a label an image of that name."""
    return _named_icon(name, size, str(label)) if label else _icon(name, size)


@cache
def _icon(name: str, size: int) -> SafeString:
    svg = lucide_tags.lucide(name, size=size, aria_hidden="true", focusable="false", stroke_width="1.75")
    return mark_safe(_one_class(svg))  # noqa: S308 the wheel's own drawing


@cache
def _named_icon(name: str, size: int, label: str) -> SafeString:
    svg = lucide_tags.lucide(name, size=size, role="img", aria_label=label, stroke_width="1.75")
    return mark_safe(_one_class(svg))  # noqa: S308 the wheel's own drawing; it escapes the label


def _one_class(svg: str) -> str:
    return svg if 'class="' in svg else svg.replace("<svg ", '<svg class="icon" ', 1)


@register.simple_tag
def badge(label: Any, tone: str = "neutral", state: str = "") -> SafeString:
    """A state in words with its colour."""
    return format_html('<span class="badge badge-{}" data-state="{}">{}</span>', tone or "neutral", state, label)


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> SafeString:
    """The present query string with changes: ``?…``; ``None`` takes a parameter out."""
    request: HttpRequest = context["request"]
    return mark_safe("?" + escape(query_with(request.GET, **changes)))  # noqa: S308 escaped here


@register.filter
def spoken(value: Any, kind: str = "amount") -> str:
    """A figure for a screen reader: the minus as a hyphen that all of them read."""
    return "" if value is None else format_number(value, kind).replace(MINUS, "-")


@register.filter
def widget_type(field: Any) -> str:
    """The kind of a form field's widget: ``CheckboxInput``, ``Select`` and so on."""
    return type(field.field.widget).__name__


@register.filter
def job_tone(job: Job) -> str:
    """The colour of a job's stored state."""
    return JOB_TONES.get(job.state, "neutral")


@register.filter
def with_lookup(field: Any, url: str) -> SafeString:
    """A form field; a record field asks the address for suggestions while one types."""
    return _with_options(field, url, {})


@register.simple_tag
def line_field(field: Any, key: str, url: str) -> SafeString:
    """A field in a cell of a grid: it belongs to the row's form, and is named by its column."""
    attrs = {"form": f"line-form-{key}", "aria-label": str(field.label)}
    if field.errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"line-errors-{key}"}
    return _with_options(field, url, attrs)


def _with_options(field: Any, url: str, attrs: dict[str, str]) -> SafeString:
    if not isinstance(field.field, RecordField):
        return field.as_widget(attrs=attrs) if attrs else mark_safe(str(field))  # noqa: S308 Django's own rendering
    list_id = f"{field.auto_id}-options"
    lookup = {
        "list": list_id,
        "autocomplete": "off",
        "hx-get": f"{url}?lookup={field.name}",
        "hx-trigger": "input changed delay:200ms, focus once",
        "hx-target": f"#{list_id}",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
        "hx-push-url": "false",
    }
    return format_html('{}<datalist id="{}"></datalist>', field.as_widget(attrs=attrs | lookup), list_id)
