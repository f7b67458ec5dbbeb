"""What a user sets for himself: preferences, notifications, columns and views of lists."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.formatting import REGIONS, format_date, format_number
from config.base.forms import Form, ModelForm
from config.base.listing import query_with
from config.base.models import Notification, SavedView, UserPreference
from config.base.preferences import remember_columns, request_preference
from config.base.views.page import PageMixin, PageView


def own_path(request: HttpRequest, url: str) -> str:
    """The address to go back to, if it is one of ours; else home."""
    allowed = url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return url if url and allowed else reverse("base:home")


def user_id(request: HttpRequest) -> int:
    """The key of the signed-in user."""
    return int(request.user.pk or 0)


class PreferenceForm(ModelForm):
    """Language, region, theme and so on."""

    region = forms.ChoiceField(label=gettext_lazy("Numbers and dates"), required=False)
    fieldsets = (
        (gettext_lazy("Language and region"), ("language", "region", "work_date")),
        (gettext_lazy("Look"), ("theme", "density")),
        (gettext_lazy("Keys and sound"), ("shortcuts", "sound")),
    )

    class Meta:
        model = UserPreference
        fields = ("language", "region", "work_date", "theme", "density", "shortcuts", "sound")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(
            label=_("Language"), required=False, choices=[("", _("As the browser")), *settings.LANGUAGES]
        )
        example = [
            (code, f"{format_number(-1234567, 'amount', region)}   {format_date(timezone.localdate(), region)}")
            for code, region in REGIONS.items()
        ]
        self.fields["region"].choices = [("", _("As the language")), *example]  # type: ignore[attr-defined]
        self.fields["work_date"].help_text = _("Used as today in new documents. Blank: the real day.")


class PreferencesView(PageMixin):
    """My settings."""

    permission_required = ()
    title = gettext_lazy("My settings")
    template_name = "generic/form.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show them."""
        return self._show(PreferenceForm(instance=request_preference(request), user=request.user))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store them."""
        stored, _created = UserPreference.objects.get_or_create(user_id=user_id(request))
        form = PreferenceForm(request.POST, instance=stored, user=request.user)
        if not form.is_valid():
            return self._show(form, status=422)
        form.save()
        messages.success(request, _("Your settings are saved."))
        return HttpResponseRedirect(reverse("base:preferences"))

    def _show(self, form: Any, status: int = 200) -> HttpResponse:
        context = self.get_context_data(form=form, back_url=reverse("base:home"))
        return self.render_to_response(context, status=status)


class LookView(PageMixin):
    """Change theme or density from the user menu, and stay where one is."""

    permission_required = ()
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store what was sent of the two."""
        choices = {"theme": UserPreference.Theme.values, "density": UserPreference.Density.values}
        sent = {name: request.POST[name] for name, values in choices.items() if request.POST.get(name) in values}
        if sent:
            UserPreference.objects.update_or_create(user_id=user_id(request), defaults=sent)
        return HttpResponseRedirect(own_path(request, request.POST.get("next", "")))


class NotificationListView(PageView):
    """What the user should know, newest first."""

    permission_required = ()
    title = gettext_lazy("Notifications")
    template_name = "base/notifications.html"
    shown = 200

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """The newest ones."""
        found = Notification.objects.filter(user_id=user_id(self.request)).order_by("-pk")
        return super().get_context_data(notifications=list(found[: self.shown]), **context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Mark all as read."""
        Notification.objects.filter(user_id=user_id(request), read_at=None).update(read_at=timezone.now())
        return HttpResponseRedirect(reverse("base:notification_list"))


class ColumnsView(PageMixin):
    """Keep the columns of a list for the user, and show it with them."""

    permission_required = ()
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Store the order and choice sent; "reset" forgets them."""
        chosen = [] if "reset" in request.POST else request.POST.getlist("column")
        remember_columns(request_preference(request), request.POST.get("list", "")[:200], chosen)
        target = urlsplit(own_path(request, request.POST.get("next", "")))
        query = query_with(QueryDict(target.query), columns=",".join(chosen))
        return HttpResponseRedirect(f"{target.path}?{query}" if query else target.path)


class SavedViewForm(Form):
    """The name of a view, and for whom it is."""

    name = forms.CharField(max_length=100)
    list = forms.CharField(max_length=100)
    query = forms.CharField(required=False)
    for_all = forms.BooleanField(required=False)
    is_default = forms.BooleanField(required=False)
    pinned = forms.BooleanField(required=False)


class SavedViewView(PageMixin):
    """Keep the present filter, sort and columns of a list under a name; delete one of the user's own."""

    permission_required = ()
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, pk: int | None = None, **kwargs: Any) -> HttpResponseBase:
        """Store, or with ``pk`` delete."""
        back = own_path(request, request.POST.get("next", ""))
        if pk is not None:
            view = get_object_or_404(SavedView, pk=pk, owner_id=request.user.pk)
            view.delete()
            messages.success(request, _("The view %(name)s is deleted.") % {"name": view.name})
            return HttpResponseRedirect(back)
        form = SavedViewForm(request.POST, user=request.user)
        if not form.is_valid():
            messages.error(request, _("A view needs a name of at most 100 characters. Nothing is saved."))
            return HttpResponseRedirect(back)
        self._store(form.cleaned_data)
        messages.success(request, _("The view %(name)s is saved.") % {"name": form.cleaned_data["name"]})
        return HttpResponseRedirect(back)

    def _store(self, data: dict[str, Any]) -> None:
        owner_id = self.request.user.pk
        shared = data["for_all"] and self.request.user.has_perm("base.setup_edit")
        audience = SavedView.Audience.ALL if shared else SavedView.Audience.PRIVATE
        with transaction.atomic():
            if data["is_default"]:
                SavedView.objects.filter(owner_id=owner_id, list_name=data["list"]).update(is_default=False)
            SavedView.objects.update_or_create(
                owner_id=owner_id,
                list_name=data["list"],
                name=data["name"],
                defaults={
                    "query": data["query"],
                    "audience": audience,
                    "is_default": data["is_default"],
                    "pinned": data["pinned"],
                },
            )
