"""Who may open a page: the capabilities that a view names, checked before anything else runs."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from config.base.capability_names import CAPABILITIES, permission


class AccessMixin(View):
    """Refuses who lacks the view's capabilities; sends who is not signed in to the sign-in page.

    ``permission_required``: all of them. ``permission_any``: one is enough. ``permission_required = ()``: any signed-in
    user. A view that names nothing is an error of ours.
    """

    permission_required: str | Iterable[str] | None = None
    permission_any: Iterable[str] = ()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Check, then answer."""
        if not request.user.is_authenticated:
            return _sign_in(request)
        self.check_access(request)
        return super().dispatch(request, *args, **kwargs)

    def check_access(self, request: HttpRequest) -> None:
        """Raise PermissionDenied, naming the capability that is missing."""
        if self.permission_required is None and not self.permission_any:
            raise ImproperlyConfigured(f"{type(self).__name__} names no permission_required")
        require(request.user, self.permission_required or ())
        choices = tuple(self.permission_any)
        if choices and not any(request.user.has_perm(name) for name in choices):
            raise PermissionDenied(missing(choices))

    def may(self, name: str) -> bool:
        """Whether the user has a permission; the empty name means everybody."""
        return not name or self.request.user.has_perm(name)


def require(user: Any, names: str | Iterable[str]) -> None:
    """Raise PermissionDenied unless the user has all of the permissions."""
    wanted = (names,) if isinstance(names, str) else tuple(names)
    lacking = [name for name in wanted if not user.has_perm(name)]
    if lacking:
        raise PermissionDenied(missing(lacking))


def missing(permissions: Iterable[str]) -> str:
    """The capabilities in words, for the page that refuses."""
    words = {permission(name): f"{label} ({name})" for name, label in CAPABILITIES.items()}
    return _(" or ").join(words.get(name, name) for name in permissions)


def _sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, and back. A fragment request must move the whole page, not fill the fragment with a form."""
    if getattr(request, "htmx", False):
        current = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(redirect_to_login(current).url)
    return redirect_to_login(request.get_full_path())
