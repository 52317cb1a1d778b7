"""Staff must have a second factor before they work."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from coordination.access import is_staff_member

# Where somebody without a second factor may still go: to get one, to sign out, to change language.
OPEN_PREFIXES = ("/konto/", "/static/", "/sprog/", "/sundhed/", "/logo", "/was", "/privatliv/")
# A passkey counts as "mfa"; single sign-on brings the municipality's own second factor.
STRONG_METHODS = {"mfa", "socialaccount"}


class SecondFactorMiddleware:
    """Send staff without TOTP or passkey to the page where they set one up.

    Required by role: whoever holds any role, unless SECOND_FACTOR_REQUIRED is off. No query
    once the session was made with a second factor.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if self.lacks_second_factor(request):
            messages.info(
                request,
                _("Staff sign in with two steps. Set up the second one, then you are on."),
            )
            return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)

    def lacks_second_factor(self, request):
        """True if this is staff at work without a second factor."""
        if not settings.SECOND_FACTOR_REQUIRED or request.path.startswith(OPEN_PREFIXES):
            return False
        if not request.user.is_authenticated or not is_staff_member(request.user):
            return False
        records = get_authentication_records(request, request.user)
        methods = {record.get("method") for record in records}
        return not methods & STRONG_METHODS and not is_mfa_enabled(request.user)
