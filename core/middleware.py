"""Middleware that every request passes."""

import structlog

from core import scope


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
