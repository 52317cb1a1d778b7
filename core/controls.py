"""How a form field becomes a control of Det Fælles Designsystem.

The form pack (`templates/dkfds/`) asks here which markup a field needs and which classes its
input carries, so that the widgets themselves stay Django's. The commonest of them are written
here and not by Django's templates, which include two files for each option: a list's filter has
dozens.
"""

from functools import lru_cache

from django import forms
from django.forms.renderers import TemplatesSetting, get_default_renderer
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core.markup import fill, written

NARROW = {"input-width-xs": 12, "input-width-s": 24}


def kind(field):
    """Which part of the pack draws a bound field: hidden, checkbox, group, file or input."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if getattr(widget, "use_fieldset", False):
        return "fieldset"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


def css_class(widget):
    """The class that Det Fælles Designsystem gives this kind of input."""
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        return "form-checkbox"
    if isinstance(widget, forms.RadioSelect):
        return "form-radio"
    if isinstance(widget, forms.Select):
        return "form-select"
    if isinstance(widget, forms.FileInput):
        return ""
    return "form-input"


def render(field):
    """The input's HTML with its classes; label, hint and errors are the template's."""
    return field.as_widget(attrs=_class_attrs(field))


def _class_attrs(field):
    widget = field.field.widget
    classes = [css_class(widget), widget.attrs.get("class", "")]
    if not any(name.startswith("input-") for name in widget.attrs.get("class", "").split()):
        classes.append(_width(field.field))
    joined = " ".join(dict.fromkeys(" ".join(classes).split()))
    return {"class": joined} if joined else {}


FILTER_INPUT = (
    '<div class="form-group" id="div_%s"><label class="form-label" for="%s">%s</label>%s</div>'
)
FILTER_CHECKBOX = (
    '<div class="form-group" id="div_%s"><div class="form-group-checkbox">'
    '%s<label class="form-label" for="%s">%s</label></div></div>'
)
FILTER_FIELDSET = (
    '<div class="form-group" id="div_%s"><fieldset><legend class="form-label">%s</legend>'
    "%s</fieldset></div>"
)


def render_filter_field(field):
    """A field with its label, as `dkfds/field.html` draws one that has no hint and no error;
    anything else is drawn by that. Every list holds a filter of several."""
    which = kind(field)
    plain = not (field.help_text or field.errors or marks_optional(field))
    if plain and which == "input":
        control = _select_of_filter(field) or render(field)
        return fill(FILTER_INPUT, field.auto_id, field.id_for_label, field.label, control)
    if plain and which == "checkbox":
        return fill(FILTER_CHECKBOX, field.auto_id, render(field), field.id_for_label, field.label)
    if plain and which == "fieldset":
        return fill(FILTER_FIELDSET, field.auto_id, field.label, render(field))
    return render_to_string("dkfds/field.html", {"field": field})


def _select_of_filter(field):
    """The markup of a plain select, kept: the same long one stands above each page of a list.
    None for what is no such select. A filter's choices are branches and states, never people."""
    widget = field.field.widget
    # `iter` hides how many there are: the rows of a queryset would be counted first.
    choices = tuple(iter(getattr(widget, "choices", ())))
    if type(widget) is not forms.Select or any(isinstance(of, list) for _name, of in choices):
        return None
    attrs = field.build_widget_attrs(widget.attrs | _class_attrs(field), widget)
    attrs |= {"id": field.auto_id}
    chosen = tuple(widget.format_value(field.value()))
    return _kept_select(field.html_name, chosen, tuple(attrs.items()), choices, get_language())


@lru_cache(maxsize=512)
def _kept_select(name, chosen, attrs, choices, language):
    widget = forms.Select(choices=choices)
    return widget.render(name, chosen, attrs=dict(attrs), renderer=get_default_renderer())


def _width(field):
    """A short answer gets a short box: the length says what is expected."""
    if isinstance(field, forms.DateField | forms.TimeField):
        return "input-width-xs"
    if isinstance(field.widget, forms.NumberInput):
        return "input-width-xs"
    length = getattr(field, "max_length", None)
    if not length or isinstance(field.widget, forms.Textarea):
        return ""
    return next((name for name, limit in NARROW.items() if length <= limit), "")


def first_id(field):
    """The id of the field's first input, where a link in the error summary puts the focus."""
    widget = field.field.widget
    if hasattr(widget, "first_id"):
        return widget.first_id(field.auto_id)
    if isinstance(widget, forms.MultiWidget | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{field.auto_id}_0"
    return field.auto_id


def marks_optional(field):
    """True if the label says "(optional)": a field one may skip in a form that marks them."""
    form_marks = getattr(field.form, "mark_optional", True)
    return form_marks and not field.field.required and kind(field) != "checkbox"


# --- Writing -------------------------------------------------------------------------------


class FormRenderer(TemplatesSetting):
    """Django's own, with boxes and selects written in Python. Named in the settings."""

    def render(self, template_name, context, request=None):
        write = WRITTEN.get(template_name)
        if write is None:
            return super().render(template_name, context, request)
        return write(context["widget"])


def _input(widget):
    value = "" if widget["value"] is None else f' value="{written(widget["value"])}"'
    name, attributes = written(widget["name"]), _attributes(widget["attrs"])
    return SafeString(f'<input type="{written(widget["type"])}" name="{name}"{value}{attributes}>')


def _select(widget):
    groups = "".join([_group(name, options) for name, options, _index in widget["optgroups"]])
    name, attributes = written(widget["name"]), _attributes(widget["attrs"])
    return SafeString(f'<select name="{name}"{attributes}>{groups}</select>')


def _group(name, options):
    markup = "".join(map(_option, options))
    return f'<optgroup label="{written(name)}">{markup}</optgroup>' if name else markup


def _option(option):
    attributes = _attributes(option["attrs"])
    value, label = written(option["value"]), written(option["label"])
    return f'<option value="{value}"{attributes}>{label}</option>'


def _attributes(attributes):
    return "".join(
        f" {name}" if value is True else f' {name}="{written(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


WRITTEN = {
    f"django/forms/widgets/{name}.html": _input
    for name in ("text", "number", "email", "hidden", "checkbox", "search", "tel", "url")
} | {"django/forms/widgets/select.html": _select}
