"""A request has an id and a memory of its own, and tells the log nothing about people."""

import structlog
from django.http import HttpResponse

from core import scope
from core.middleware import RequestScopeMiddleware


def answered(rf, view, path="/frivillige/7/?q=Frida"):
    return RequestScopeMiddleware(view)(rf.get(path))


def test_request_has_an_id_that_the_answer_names(rf):
    seen = []

    def view(request):
        seen.append((request.request_id, scope.current().request_id, scope.current().is_request))
        return HttpResponse()

    response = answered(rf, view)
    assert seen == [(response["X-Request-ID"], response["X-Request-ID"], True)]
    assert scope.current() is None


def test_requests_share_no_memory(rf):
    def view(request):
        return HttpResponse(scope.remembered("key", lambda: request.request_id))

    assert answered(rf, view).content != answered(rf, view).content


def test_log_context_holds_no_path_and_no_person(rf):
    seen = {}

    def view(request):
        seen.update(structlog.contextvars.get_contextvars())
        return HttpResponse()

    response = answered(rf, view)
    assert seen == {"request_id": response["X-Request-ID"], "method": "GET"}
    assert structlog.contextvars.get_contextvars() == {}


def test_scope_ends_when_the_view_fails(rf):
    def view(request):
        raise ZeroDivisionError

    try:
        answered(rf, view)
    except ZeroDivisionError:
        assert scope.current() is None
        assert structlog.contextvars.get_contextvars() == {}
    else:
        raise AssertionError("the error must pass")
