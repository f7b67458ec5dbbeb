"""Django admin for the shared setup, and the mixins that every app's admin uses.

``ChangeLogAdmin`` writes each change to the change log, ``ReadOnlyAdmin`` shows ledgers, ``CostFieldsAdmin`` leaves
cost out for users without ``cost.view``.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db import models, transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from config.base import changelog, jobs, locks
from config.base.capability_names import permission
from config.base.expressions import exact_value
from config.base.models import (
    Attachment,
    ChangeLog,
    Company,
    Dimension,
    DimensionSet,
    DimensionValue,
    Job,
    JobLog,
    Note,
    NumberSeries,
    NumberSeriesLine,
    ReasonCode,
    Schedule,
)

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _UserAdmin = UserAdmin[Any]
    _Form = ModelForm[Any]
else:  # Django's classes take no type arguments at run time.
    _ModelAdmin, _TabularInline, _UserAdmin, _Form = admin.ModelAdmin, admin.TabularInline, UserAdmin, ModelForm


class ChangeLogAdmin(_ModelAdmin):
    """Records who changed which field of master data or setup. The admin's change form has its own transaction."""

    def save_model(self, request: HttpRequest, obj: models.Model, form: _Form, change: bool) -> None:
        """Save, and log the difference to what is stored now."""
        stored = type(obj)._default_manager.filter(pk=obj.pk).first() if change else None
        before = changelog.snapshot(stored) if stored is not None else None
        super().save_model(request, obj, form, change)
        obj.refresh_from_db()
        changelog.record(request.user, before, changelog.snapshot(obj), origin="admin")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The history of the change log, which knows changes of every page; Django's own knows those made here."""
        record = self.get_object(request, object_id)
        if record is None or not request.user.has_perm(permission("audit.view")):
            return super().history_view(request, object_id, extra_context)
        about = {"model_label": record._meta.label_lower, "record_no": changelog.record_no(record)}
        query = urlencode({name: exact_value(value) for name, value in about.items()})
        return HttpResponseRedirect(f"{reverse('base:audit')}?{query}")

    def save_related(self, request: HttpRequest, form: _Form, formsets: Any, change: bool) -> None:
        """Save what hangs on the record, and log changed lists: who got which group, which permission."""
        before = changelog.lists(form.instance)
        super().save_related(request, form, formsets, change)
        changelog.record(request.user, before, changelog.lists(form.instance), origin="admin")

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete, and log what there was."""
        before = changelog.snapshot(obj)
        super().delete_model(request, obj)
        changelog.record(request.user, before, None, origin="admin")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the selected records one by one, each with its log entry."""
        with transaction.atomic():
            for record in queryset:
                self.delete_model(request, record)

    def save_formset(self, request: HttpRequest, form: _Form, formset: Any, change: bool) -> None:
        """Save inline rows, each with its log entry."""
        before = {
            row.pk: changelog.snapshot(row)
            for row in formset.model._default_manager.filter(pk__in=[f.instance.pk for f in formset.initial_forms])
        }
        super().save_formset(request, form, formset, change)
        for row in formset.new_objects + [row for row, _fields in formset.changed_objects]:
            row.refresh_from_db()
            changelog.record(request.user, before.get(row.pk), changelog.snapshot(row), origin="admin")
        removed = before.keys() - set(formset.model._default_manager.filter(pk__in=before).values_list("pk", flat=True))
        for pk in sorted(removed):
            changelog.record(request.user, before[pk], None, origin="admin")


class SetupAdmin(ChangeLogAdmin):
    """Setup that postings read: it changes while nobody posts, so that no posting sees half of it."""

    single_row = False

    def save_model(self, request: HttpRequest, obj: models.Model, form: _Form, change: bool) -> None:
        """Save with the books locked for others; the admin's transaction holds the lock to its end."""
        locks.lock_books(alone=True)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        """Delete with the books locked for others."""
        locks.lock_books(alone=True)
        super().delete_model(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A setup of one row is added once."""
        allowed = super().has_add_permission(request)
        return allowed and not (self.single_row and self.model._default_manager.exists())

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A setup of one row stays."""
        return super().has_delete_permission(request, obj) and not self.single_row

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Where somebody posts for longer than we wait: say so, write nothing."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except locks.Busy as error:
            return self._say_busy(request, error)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The same for deleting."""
        try:
            return super().delete_view(request, *args, **kwargs)
        except locks.Busy as error:
            return self._say_busy(request, error)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The same for deleting several."""
        try:
            return super().changelist_view(request, *args, **kwargs)
        except locks.Busy as error:
            return self._say_busy(request, error)

    def _say_busy(self, request: HttpRequest, error: locks.Busy) -> HttpResponseRedirect:
        self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())


class ReadOnlyAdmin(_ModelAdmin):
    """Shows a ledger; nothing can be added, changed or deleted. ``view_capability`` names what it takes to see it."""

    read_only = True
    view_capability = ""
    show_full_result_count = False
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never: entries come from posting."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never: ledgers are append-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never: ledgers are append-only."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Django's own permission, and the capability where one is named."""
        allowed = super().has_view_permission(request, obj)
        return allowed and (not self.view_capability or request.user.has_perm(permission(self.view_capability)))


class CostFieldsAdmin(_ModelAdmin):
    """Leaves ``cost_fields`` out of list, filters and form on the server for users without ``cost.view``."""

    cost_fields: Sequence[str] = ()

    def get_list_display(self, request: HttpRequest) -> list[str | Callable[..., Any]]:
        """The columns that the user may see."""
        return [name for name in super().get_list_display(request) if name not in self._hidden(request)]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filters that tell no cost."""
        return [name for name in super().get_list_filter(request) if name not in self._hidden(request)]

    def get_exclude(self, request: HttpRequest, obj: models.Model | None = None) -> list[str]:
        """The fields that the user may not see."""
        return [*(super().get_exclude(request, obj) or ()), *self._hidden(request)]

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> list[Any]:
        """Read-only fields without the hidden ones."""
        return [name for name in super().get_readonly_fields(request, obj) if name not in self._hidden(request)]

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> list[tuple[Any, Any]]:
        """Field sets without the hidden fields."""
        hidden = self._hidden(request)
        fieldsets = []
        for title, options in super().get_fieldsets(request, obj):
            rows = [_without(row, hidden) for row in options["fields"]]
            fieldsets.append((title, {**options, "fields": [row for row in rows if row]}))
        return fieldsets

    def _hidden(self, request: HttpRequest) -> Sequence[str]:
        return () if request.user.has_perm(permission("cost.view")) else self.cost_fields


def _without(row: Any, hidden: Sequence[str]) -> Any:
    """Take hidden names out of a row of a field set: one name, or several side by side."""
    if isinstance(row, (list, tuple)):
        return [name for name in row if name not in hidden]
    return None if row in hidden else row


@admin.register(Company)
class CompanyAdmin(SetupAdmin):
    single_row = True
    list_display = ["name", "currency_code", "amount_rounding_precision", "unit_amount_rounding_precision", "time_zone"]


class NumberSeriesLineInline(_TabularInline):
    model = NumberSeriesLine
    extra = 0


@admin.register(NumberSeries)
class NumberSeriesAdmin(ChangeLogAdmin):
    list_display = ["code", "description", "default_allowed", "manual_allowed", "date_order"]
    list_filter = ["default_allowed", "manual_allowed", "date_order"]
    search_fields = ["code", "description"]
    ordering = ["code"]
    inlines = [NumberSeriesLineInline]


class DimensionValueInline(_TabularInline):
    model = DimensionValue
    extra = 0


@admin.register(Dimension)
class DimensionAdmin(ChangeLogAdmin):
    list_display = ["code", "name", "blocked"]
    list_filter = ["blocked"]
    search_fields = ["code", "name"]
    ordering = ["code"]
    inlines = [DimensionValueInline]


@admin.register(ReasonCode)
class ReasonCodeAdmin(ChangeLogAdmin):
    list_display = ["code", "description", "blocked"]
    list_filter = ["blocked"]
    search_fields = ["code", "description"]
    ordering = ["code"]


@admin.register(Schedule)
class ScheduleAdmin(ChangeLogAdmin):
    list_display = ["title", "kind", "every", "next_run_at", "last_run_at", "enabled"]
    list_filter = ["kind", "every", "enabled"]
    search_fields = ["title"]
    ordering = ["pk"]
    readonly_fields = ["last_run_at", "last_job"]

    def formfield_for_dbfield(self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the kinds that have a handler: no other would ever start."""
        if db_field.name == "kind":
            return forms.ChoiceField(label=db_field.verbose_name, choices=[(kind, kind) for kind in jobs.kinds()])
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(DimensionSet)
class DimensionSetAdmin(ReadOnlyAdmin):
    list_display = ["pk", "values"]
    ordering = ["pk"]


@admin.register(ChangeLog)
class ChangeLogEntryAdmin(ReadOnlyAdmin):
    view_capability = "audit.view"
    list_display = ["pk", "changed_at", "user", "action", "model_label", "record_no", "reason", "origin"]
    list_filter = ["action", "model_label", "changed_at"]
    search_fields = ["=record_no", "reason"]
    list_select_related = ["user"]
    ordering = ["-pk"]


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    view_capability = "job.manage"
    list_display = ["pk", "title", "kind", "state", "done", "total", "attempt", "requested_by", "created_at"]
    list_filter = ["state", "kind", "created_at"]
    search_fields = ["title", "message"]
    list_select_related = ["requested_by"]
    ordering = ["-pk"]


@admin.register(JobLog)
class JobLogAdmin(ReadOnlyAdmin):
    view_capability = "job.manage"
    list_display = ["pk", "job", "created_at", "level", "message"]
    list_filter = ["level"]
    search_fields = ["message"]
    list_select_related = ["job"]
    ordering = ["-pk"]


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    view_capability = "audit.view"
    list_display = ["pk", "model_label", "record_no", "figure", "author", "created_at"]
    list_filter = ["model_label"]
    search_fields = ["=record_no", "text"]
    list_select_related = ["author"]
    ordering = ["-pk"]


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    view_capability = "audit.view"
    list_display = ["pk", "name", "model_label", "record_no", "author", "created_at"]
    list_filter = ["model_label"]
    search_fields = ["=record_no", "name"]
    list_select_related = ["author"]
    ordering = ["-pk"]


admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class LagerbokUserAdmin(ChangeLogAdmin, _UserAdmin):
    """Users, by administrators who are no superusers: nobody raises himself or makes a superuser."""

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Superuser rights and single permissions are a superuser's business; the own groups somebody else's."""
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.is_superuser:
            fields += ["is_superuser", "user_permissions"]
            if obj is not None and obj.pk == request.user.pk:
                fields += ["groups", "is_staff", "is_active"]
        return fields

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A superuser is changed by superusers only: else a new password would be a way up."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)


@admin.register(Group)
class LagerbokGroupAdmin(ChangeLogAdmin, GroupAdmin):
    """Groups of permissions."""
