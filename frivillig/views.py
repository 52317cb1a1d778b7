"""The start page, composed from each app's summary, and the error pages."""

from django.shortcuts import redirect, render


def start(request):
    """Staff see what waits; volunteers their own page; everybody else the public site."""
    return redirect("recruitment:opportunity-list")


def csrf_failure(request, reason=""):
    """The form was too old, or cookies are off: say so kindly and keep them going."""
    return render(request, "403_csrf.html", status=403)
