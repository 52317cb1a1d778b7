"""The forms of an import: the file, what its columns mean, and the yes."""

from collections import Counter

from django.core.exceptions import ValidationError
from django.forms import FileInput
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import columns as rules
from coordination.forms.look_first import LookedAtForm
from coordination.models import Branch
from core import forms, sheets

SAMPLES, LONGEST_SAMPLE = 3, 40
BRANCH_MISSING = gettext_lazy("Choose a branch, or the column in which the branch stands.")


class FileForm(forms.Form):
    """Which file."""

    submit_label = gettext_lazy("Look at the columns")

    file = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 5 MB and 2,000 rows."),
        widget=FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        max_length=200,
    )

    def clean_file(self):
        """The upload's name and bytes; what it is, its reader decides."""
        upload = self.cleaned_data["file"]
        if upload.size > sheets.LARGEST:
            raise ValidationError(_("The file is larger than 5 MB. Split it into smaller ones."))
        return upload.name, upload.read()


class ColumnsForm(forms.Form):
    """What each column of the table tells, and the branch of rows that name none."""

    submit_label = gettext_lazy("See what it would do")
    mark_optional = False

    def __init__(self, *args, table, branches, **kwargs):
        super().__init__(*args, **kwargs)
        self.numbers = {}
        choices = [("", _("Not used")), *((one.key, one.label) for one in rules.COLUMNS)]
        for number, heading, samples in columns_of(table):
            name = f"column{number}"
            self.numbers[name] = number
            self.fields[name] = forms.ChoiceField(
                label=heading,
                choices=choices,
                required=False,
                help_text=_("For example: %(samples)s") % {"samples": samples} if samples else "",
            )
        self.fields["branch"] = forms.ModelChoiceField(
            branches,
            label=_("Branch of rows that name none"),
            required=False,
            empty_label=_("The branch stands in every row"),
            help_text=_("It also owns activities that take place at several branches."),
        )

    def clean(self):
        cleaned = super().clean()
        keys = [cleaned[name] for name in self.numbers if cleaned.get(name)]
        for name in self.numbers:
            key = cleaned.get(name)
            if key and Counter(keys)[key] > 1:
                label = rules.BY_KEY[key].label
                self.add_error(name, _("Two columns cannot both be: %(label)s.") % {"label": label})
        if self.errors:
            return cleaned
        if "activity" not in keys:
            self.add_error(None, _("Choose the column in which the activity's title stands."))
        missing = [key for key in rules.NEEDED_FOR_SHIFTS if key not in keys]
        if missing and rules.OF_SHIFTS & set(keys):
            self.add_error(None, _("Shifts need both the column “From” and the column “To”."))
        if "branches" not in keys and not cleaned.get("branch"):
            self.add_error("branch", BRANCH_MISSING)
        return cleaned

    def columns(self):
        """{column's number: what it tells}."""
        return {
            number: self.cleaned_data[name]
            for name, number in self.numbers.items()
            if self.cleaned_data[name]
        }


class CarryOutForm(LookedAtForm):
    """The yes to what was looked at."""

    submit_label = gettext_lazy("Yes, bring it in")


def columns_of(table):
    """(number, heading, samples) of each column that holds anything."""
    width = max((len(cells) for _number, cells in table.rows), default=0)
    for number in range(max(width, len(table.headings))):
        texts = (cells[number] for _row, cells in table.rows if number < len(cells))
        samples = list(dict.fromkeys(" ".join(text.split()) for text in texts if text))[:SAMPLES]
        heading = table.headings[number] if number < len(table.headings) else ""
        if heading or samples:
            name = heading or _("Column %(letter)s, without a heading") % {"letter": letter(number)}
            if heading and table.headings.count(heading) > 1:
                name = _("%(heading)s (column %(letter)s)") % {
                    "heading": heading,
                    "letter": letter(number),
                }
            yield number, name, ", ".join(text[:LONGEST_SAMPLE] for text in samples)


def letter(number):
    """The column's letter as spreadsheets have it: 0 is A, 26 is AA."""
    head, tail = divmod(number, 26)
    return (chr(ord("A") + head - 1) if head else "") + chr(ord("A") + tail)


def branches_for(user, permission):
    """Branches that rows may mean: open, and the user's own."""
    return Branch.objects.permitted(user, permission).filter(closed_on__isnull=True)
