"""How a form field becomes a control of Det Fælles Designsystem.

The form pack (`templates/dkfds/`) asks here which markup a field needs and which classes its
input carries, so that the widgets themselves stay Django's.
"""

from django import forms

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
    widget = field.field.widget
    classes = [css_class(widget), widget.attrs.get("class", "")]
    if not any(name.startswith("input-") for name in widget.attrs.get("class", "").split()):
        classes.append(_width(field.field))
    attrs = {"class": " ".join(dict.fromkeys(" ".join(classes).split()))}
    if not attrs["class"]:
        attrs = {}
    return field.as_widget(attrs=attrs)


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
