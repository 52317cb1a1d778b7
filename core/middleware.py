"""Middleware that every request passes."""

import structlog
from django.conf import settings
from django.utils import translation

from core import policies, scope


class RequestScopeMiddleware:
    """Opens the request's scope: its id, its memory (settings are read once) and its log context.

    The log context holds the id and the method only: paths and user ids would make the log a
    record of who looked at whom, and that record is the audit's, with its own retention.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with scope.scope(is_request=True) as running:
            request.request_id = running.request_id
            with structlog.contextvars.bound_contextvars(
                request_id=running.request_id, method=request.method
            ):
                response = self.get_response(request)
        response.headers["X-Request-ID"] = running.request_id
        return response


class ChosenLanguageMiddleware:
    """Danish, unless the visitor has chosen English at the foot of a page.

    What the browser prefers is not asked: the service is Danish, and a library's own computers
    are often set to English. The choice holds where the municipality offers English.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def _language(self, request):
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if chosen in dict(settings.LANGUAGES) and policies.get("site.english_enabled"):
            return chosen
        return settings.LANGUAGE_CODE
