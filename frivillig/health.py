"""Is the process alive, can it do its work, is the work done? For load balancers and monitoring."""

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from core import metrics, operations
from core.throttle import client_address


@login_not_required
@require_safe
@never_cache
def alive(request):
    """200 as long as the process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def ready(request):
    """200 when the database answers, else 503. Says nothing about what is in it.

    Workers that stand still do not take the pages away: that is what `working` tells.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def working(request):
    """200 when jobs and messages are done as they should, else 503 and how much is wrong.

    Asked from outside: it is the one that tells when every worker is gone.
    """
    try:
        troubles = len(operations.snapshot().troubles)
    except DatabaseError:
        return JsonResponse({"status": "no database"}, status=503)
    if troubles:
        return JsonResponse({"status": "trouble", "number": troubles}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
@never_cache
def figures(request):
    """The figures for Prometheus, for those who hold the token or ask from a known address."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request):
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    wanted = settings.METRICS_TOKEN
    if wanted and hmac.compare_digest(given.encode(), wanted.encode()):
        return True
    try:
        address = ip_address(client_address(request))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_ADDRESSES)
