"""`{% show_panel panel %}`: one panel of a higher app on this page."""

from django import template
from django.template.loader import render_to_string

register = template.Library()


@register.simple_tag(takes_context=True)
def show_panel(context, panel):
    """The panel's template with the panel's own context: it sees nothing of the page's."""
    return render_to_string(panel.template, panel.context, request=context["request"])
