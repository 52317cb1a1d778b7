"""Looking up one of very many, as one types or by a button."""

from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

LOOKUP_LIMIT = 10


class Looked(NamedTuple):
    """What a lookup field sends: the chosen key, and the words typed in its search box."""

    choice: str
    query: str


class LookupWidget(forms.Widget):
    """A search box and, under it, the hits as radio buttons.

    With JavaScript the hits come as one types (htmx asks the field's address); without, the
    button beside the box sends the form, which comes back with the hits to choose from.
    """

    template_name = "dkfds/widgets/lookup.html"
    use_fieldset = True
    field = None  # set by LookupField, which finds and names the lines
    url = ""

    def value_from_datadict(self, data, files, name):
        return Looked(data.get(name, ""), data.get(f"{name}_q", "").strip())

    def value_omitted_from_data(self, data, files, name):
        return name not in data and f"{name}_q" not in data

    def first_id(self, auto_id):
        """The id of the search box."""
        return f"{auto_id}_q"

    def id_for_label(self, id_):
        return ""

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        looked = value if isinstance(value, Looked) else Looked(str(value or ""), "")
        chosen = self.field.hit_of(looked.choice) if looked.choice else None
        hits = self.field.hits(looked.query) if looked.query and not chosen else []
        context["widget"] |= {"query": looked.query, "url": str(self.url)}
        context["lookup"] = lookup_context(
            name=name,
            id=context["widget"]["attrs"].get("id", f"id_{name}"),
            query=looked.query,
            hits=[chosen] if chosen else hits,
            chosen=chosen.value if chosen else "",
        )
        context["lookup"]["invalid"] = bool((attrs or {}).get("aria-invalid"))
        return context


class Hit(NamedTuple):
    """One line of a lookup: the key, its name, and a word that tells it from others."""

    value: str
    label: str
    hint: str = ""


def lookup_context(*, name, id, query, hits, chosen=""):
    """The context of `components/lookup_results.html`.

    The contract of a lookup address: GET `?q=words&name=<field name>&id=<field id>` answers
    that template with at most ten hits, already limited to what the user may see:

        return render(request, "components/lookup_results.html", {"lookup": forms.lookup_context(
            name=request.GET["name"], id=request.GET["id"], query=q, hits=hits)})
    """
    return {
        "name": name,
        "id": id,
        "query": query,
        "hits": hits,
        "chosen": str(chosen),
        "invalid": False,
    }


class LookupField(forms.Field):
    """One of very many, found by typing a part of its name. `ModelLookupField` is for rows.

    A subclass answers `hits(query)`, `hit_of(key)` and `value_of(key)`; the cleaned value is
    what `value_of` returns. `url` is the lookup address (see `lookup_context`).
    """

    widget = LookupWidget
    default_error_messages = {
        "choose": _("Choose one of the lines below the search box."),
        "nothing": _("Nothing was found for “%(query)s”. Try a shorter part of the name."),
        "gone": _("This choice is no longer there. Search again."),
    }

    def __init__(self, *, url="", **kwargs):
        super().__init__(**kwargs)
        self.widget.url = url
        self.widget.field = self

    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.widget.field = copy
        return copy

    def hits(self, query):
        """At most LOOKUP_LIMIT lines for the words typed."""
        raise NotImplementedError

    def hit_of(self, key):
        """The line of a key, or None if there is no such choice."""
        raise NotImplementedError

    def value_of(self, key):
        """The cleaned value of a key. Raises LookupError if there is no such choice."""
        raise NotImplementedError

    def clean(self, value):
        looked = value if isinstance(value, Looked) else Looked(str(value or ""), "")
        if not looked.choice and looked.query:
            code = "choose" if self.hits(looked.query) else "nothing"
            message = self.error_messages[code] % {"query": looked.query}
            raise ValidationError(message, code=code)
        if not looked.choice:
            return super().clean(None)
        try:
            return super().clean(self.value_of(looked.choice))
        except LookupError:
            raise ValidationError(self.error_messages["gone"], code="gone") from None

    def has_changed(self, initial, data):
        choice = data.choice if isinstance(data, Looked) else data
        return str(initial or "") != str(choice or "")


class ModelLookupField(LookupField):
    """One of very many rows. The cleaned value is the row.

    `search(queryset, words)` narrows the queryset; `line(row)` names a row and `hint(row)` tells
    two of the same name apart. The queryset must already be limited to what the user may see
    (set `form.fields[...].queryset` in the form's `__init__`, to it or to a function that returns
    it, called when it is needed): what lies outside does not exist.
    At most two queries when the form is shown or checked, none when the field is empty.
    """

    def __init__(self, queryset, *, search, line=str, hint=lambda row: "", **kwargs):
        super().__init__(**kwargs)
        self.queryset = queryset
        self.search = search
        self.label_of = line
        self.hint_of = hint

    def __deepcopy__(self, memo):
        copy = super().__deepcopy__(memo)
        copy.queryset = self._queryset
        return copy

    @property
    def queryset(self):
        if callable(self._queryset):
            self._queryset = self._queryset()
        return self._queryset.all()

    @queryset.setter
    def queryset(self, rows):
        self._queryset = rows

    def prepare_value(self, value):
        return value.pk if isinstance(value, models.Model) else value

    def hits(self, query):
        return [self.hit(row) for row in self.search(self.queryset, query)[:LOOKUP_LIMIT]]

    def hit(self, row):
        """A row as a line."""
        return Hit(str(row.pk), self.label_of(row), self.hint_of(row))

    def hit_of(self, key):
        try:
            return self.hit(self.value_of(key))
        except LookupError:
            return None

    def value_of(self, key):
        try:
            return self.queryset.get(pk=key)
        except (ValueError, TypeError, OverflowError, self.queryset.model.DoesNotExist):
            raise LookupError(key) from None
