"""Finds variables that a template names and its context does not have.

Django logs every failed lookup, also the harmless one in `{% if x %}`; so the lookup itself is
watched where the result is *written out*: a filter expression that is drawn, handed to a tag or
filtered, and failed without a `default` filter behind it.
"""

import contextlib

from django.template import base


@contextlib.contextmanager
def undefined_variables():
    """Yield a set that fills with "variable in template" for what is drawn and not defined."""
    found = set()
    original = base.VariableNode.render

    def render(node, context):
        expression = node.filter_expression
        if isinstance(expression.var, base.Variable) and not _has_default(expression):
            try:
                expression.var.resolve(context)
            except base.VariableDoesNotExist:
                origin = getattr(node, "origin", None)
                name = getattr(origin, "template_name", None) or "?"
                if not _is_foreign(origin):
                    found.add(f"{expression.token} in {name}")
        return original(node, context)

    base.VariableNode.render = render
    try:
        yield found
    finally:
        base.VariableNode.render = original


def _has_default(expression):
    return any(
        getattr(function, "__name__", "") in ("default", "default_if_none")
        for function, _args in expression.filters
    )


def _is_foreign(origin):
    """True for templates that are not ours: Django's and other packages'."""
    return origin is not None and "site-packages" in str(getattr(origin, "name", ""))
