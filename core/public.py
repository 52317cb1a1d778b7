"""What the frame of every page links to: the logo, the language, the accessibility statement."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language as django_set_language

from core import files, policies


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
