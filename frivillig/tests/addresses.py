"""Every address of the site by its name, read from the URL resolver."""

from django.urls import URLPattern, get_resolver


def patterns(resolver=None, namespace=""):
    """Yield (full name or "", view) of every address."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            name = f"{namespace}{entry.name}" if entry.name else ""
            yield name or f"unnamed {entry.pattern}", entry
        else:
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from patterns(entry, inner)


def names():
    """The names of all addresses."""
    return {name for name, _entry in patterns()}


def is_public(entry):
    """True if the view asks for no sign-in (`login_not_required`)."""
    return not getattr(entry.callback, "login_required", True)
