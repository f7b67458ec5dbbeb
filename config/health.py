from django.http import HttpRequest, HttpResponse
from django.contrib.auth.decorators import login_not_required


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")

readyz = metrics = healthz
