"""What the frame of every page links to: the logo, the language, the accessibility statement."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from core import audit, files, policies
from core.channels import unsubscribe

audit.kind("messages.declined", gettext_lazy("Messages declined from a mail"))
audit.kind("messages.wanted_again", gettext_lazy("Messages wanted again"))


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def logo(request):
    """The municipality's logo, as decoded and written anew when it was added."""
    stored = files.current("municipality.logo")
    if stored is None:
        raise Http404
    return HttpResponse(bytes(stored.content), content_type=stored.content_type)


@login_not_required
@require_POST
def set_language(request):
    """Keep the visitor's choice of language in a cookie and go back to the page."""
    return django_set_language(request)


@login_not_required
@require_safe
def accessibility(request):
    """The accessibility statement: the municipality's own in the WAS tool, once it has an
    address; until then a page that says how to get help.

    Source: lov om tilgængelighed af offentlige organers websteder, and its guidance on /was.
    """
    address = policies.get("municipality.accessibility_statement_url")
    if address:
        return redirect(address)
    return render(request, "accessibility.html")


@login_not_required
@never_cache
@csrf_exempt  # mail programs post here on their own; the signed address is the permission
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request, token):
    """Decline a group of messages, and take it back. GET only asks.

    Source: RFC 8058: a mail program posts `List-Unsubscribe=One-Click` without signing in.
    """
    known = unsubscribe.read(token)
    if known is None:
        raise Http404
    person_id, group = known
    if request.method == "POST":
        _choose(request, person_id, group.key)
    declined = unsubscribe.has_declined(person_id, group.key)
    return render(request, "unsubscribe.html", {"group": group, "declined": declined})


@transaction.atomic
def _choose(request, person_id, group):
    back = request.POST.get("deed") == "back"
    row = (unsubscribe.take_back if back else unsubscribe.decline)(person_id, group)
    kind = "messages.wanted_again" if back else "messages.declined"
    if row is not None:
        audit.record(kind, by=audit.ANONYMOUS, about=row, person_ids=[person_id])
