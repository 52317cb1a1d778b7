"""Staff's pages of regular shifts: the list, one series with its days, plan, change, end."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import rosters, timetable
from coordination import series as rules
from coordination.access import Permission, scope_of
from coordination.actions import series
from coordination.forms.series import (
    KeepDaysForm,
    NewSeriesForm,
    SeriesChangeForm,
    SeriesEndForm,
    first_values,
)
from coordination.views.look_first import LookFirstView
from core import audit
from core.periods import today
from core.templatetags.ui import clock, weekday
from core.views import DetailView, FormView, ListView

CHANGE = audit.purpose("series.change", gettext_lazy("A regular shift you are on was changed"))


def series_url(pk):
    return reverse("coordination:series-detail", args=[pk])


def series_crumbs(row, heading=""):
    """The way to the page of a series, and to those that lie under it."""
    crumbs = [
        {"text": _("Shifts"), "url": reverse("coordination:shift-list")},
        {"text": _("Regular shifts"), "url": reverse("coordination:series-list")},
    ]
    if row is not None:
        crumbs.append({"text": str(row), "url": series_url(row.pk)})
    return [*crumbs, {"text": heading, "url": ""}] if heading else crumbs


class SeriesListView(ListView):
    """The regular shifts of one's branches that have not ended."""

    permission = Permission.VIEW_SHIFTS
    template_name = "coordination/series/list.html"

    def rows(self):
        return timetable.running(timetable.series(), today())

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        coming = timetable.next_shifts([row.pk for row in context["rows"]], timezone.now())
        for row in context["rows"]:
            row.rhythm = rules.rhythm_of(row.rule)
            row.coming = coming.get(row.pk)
        may_edit = scope_of(self.request.user).holds(Permission.EDIT_SHIFTS)
        return context | {"may_edit": may_edit}


class SeriesDetailView(DetailView):
    """One series: how it goes, the days to come, and the days that are left out and why."""

    permission = Permission.VIEW_SHIFTS
    template_name = "coordination/series/detail.html"

    def rows(self):
        return timetable.series()

    def get_context_data(self, **kwargs):
        row, days = self.object, timetable.days_ahead(self.object)
        may_edit = scope_of(self.request.user).holds(Permission.EDIT_SHIFTS, row.site.branch.path)
        has_ended = row.ends_on is not None and row.ends_on < today()
        return super().get_context_data(**kwargs) | {
            "series": row,
            "site": row.site,
            "rhythm": rules.rhythm_of(row.rule),
            "days": days,
            "clashes": sum(day.is_clash for day in days),
            "left_out": any(day.shift is None or day.shift.is_cancelled for day in days),
            "horizon": timetable.horizon(row, today()),
            "may_edit": may_edit and not has_ended,
            "has_ended": has_ended,
        }


class SeriesCreateView(FormView):
    """Plan regular shifts."""

    permission = Permission.EDIT_SHIFTS
    form_class = NewSeriesForm
    success_message = gettext_lazy("The regular shifts are planned.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "cancel_url": reverse("coordination:series-list"),
        }

    def perform(self, form):
        made = series.plan_series(
            site=form.cleaned_data["site"],
            starts_on=form.cleaned_data["starts_on"],
            by=self.request.user,
            **form.values(),
        )
        return series_url(made.pk)

    def get_context_data(self, **kwargs):
        heading = _("Plan regular shifts")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": series_crumbs(None, heading),
            "lead": _("Shifts that come again: every Tuesday, for example."),
        }


class SeriesLookView(LookFirstView):
    """Forms that change a series: who is on its shifts is written to the access log."""

    permission = Permission.EDIT_SHIFTS
    access_purpose = CHANGE

    def people_in(self, rows):
        return {row.volunteer_id for row in rosters.places_on(self.coming_shifts())}

    def explain(self, found):
        return {"consequences": consequences(found), "leaving": leaving(found)}


class SeriesChangeView(SeriesLookView):
    """Change all shifts of the series that are still to come."""

    form_class = SeriesChangeForm
    heading = gettext_lazy("Change the regular shifts")
    success_message = gettext_lazy("The regular shifts are changed.")

    def rows(self):
        return timetable.series()

    @property
    def series(self):
        return self.object

    @property
    def from_day(self):
        return max(today(), self.series.starts_on)

    def coming_shifts(self):
        return timetable.coming_shifts(self.series, self.from_day)

    def get_initial(self):
        return first_values(self.series)

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": series_url(self.series.pk)}

    def look(self, form):
        return series.preview(series=self.series, from_day=self.from_day, **form.values())

    def do(self, form, seen):
        row = series.change_series(
            series=self.series,
            from_day=self.from_day,
            seen=seen,
            ask=form.asks,
            by=self.request.user,
            **form.values(),
        )
        return series_url(row.pk)

    def show(self, form):
        found = self.found
        form.show(found.mark, asks=bool(found.asked), excused=found.excused)

    def get_context_data(self, **kwargs):
        crumbs = series_crumbs(self.series, self.heading)
        lead = _("It concerns all shifts that are still to come. What has been stays as it was.")
        return super().get_context_data(**kwargs) | {"crumbs": crumbs, "lead": lead}


class FollowingChangeView(SeriesChangeView):
    """Change a shift of a series and those that follow."""

    heading = gettext_lazy("Change this shift and those that follow")

    def rows(self):
        return timetable.shifts_of_series()

    @property
    def series(self):
        return self.object.series

    @property
    def from_day(self):
        return max(today(), self.object.series_day)

    def get_context_data(self, **kwargs):
        lead = _("It concerns the shifts from %(day)s on. The ones before stay as they are.") % {
            "day": weekday(self.from_day)
        }
        return super().get_context_data(**kwargs) | {"lead": lead}


class SeriesEndView(SeriesLookView):
    """End the regular shifts."""

    form_class = SeriesEndForm
    heading = gettext_lazy("End the regular shifts")
    success_message = gettext_lazy("The regular shifts end on that day.")

    def rows(self):
        return timetable.series()

    def coming_shifts(self):
        return timetable.coming_shifts(self.object, today())

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": series_url(self.object.pk)}

    def look(self, form):
        return series.preview_end(series=self.object, last_day=form.cleaned_data["last_day"])

    def do(self, form, seen):
        last_day = form.cleaned_data["last_day"]
        row = series.end_series(
            series=self.object, last_day=last_day, seen=seen, by=self.request.user
        )
        return series_url(row.pk)

    def get_context_data(self, **kwargs):
        crumbs = series_crumbs(self.object, self.heading)
        return super().get_context_data(**kwargs) | {"crumbs": crumbs}


class KeepDaysView(FormView):
    """Hold the regular shifts on days that are left out."""

    permission = Permission.EDIT_SHIFTS
    form_class = KeepDaysForm
    success_message = gettext_lazy("The shifts on those days are planned.")

    def rows(self):
        return timetable.series()

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "lines": timetable.left_out(self.object),
            "cancel_url": series_url(self.object.pk),
        }

    def perform(self, form):
        series.keep_days(series=self.object, days=form.chosen(), by=self.request.user)
        return series_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Hold shifts on days that are left out")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": series_crumbs(self.object, heading),
        }


# --- In words ------------------------------------------------------------------------------


def consequences(preview):
    """What the change would do, as sentences."""
    found = preview.effects
    sentences = [
        ngettext("%(count)s shift is moved.", "%(count)s shifts are moved.", len(found.moved)),
        ngettext(
            "%(count)s shift is cancelled.",
            "%(count)s shifts are cancelled.",
            len(found.cancelled),
        ),
        ngettext("%(count)s new shift is made.", "%(count)s new shifts are made.", len(found.made)),
        ngettext(
            "%(count)s shift was changed by itself and stays as it is.",
            "%(count)s shifts were changed by themselves and stay as they are.",
            len(found.left),
        ),
        ngettext(
            "%(count)s sign-up is concerned. Whoever it is hears of it at once.",
            "%(count)s sign-ups are concerned. Everybody hears of it at once.",
            preview.told,
        ),
    ]
    counts = [len(found.moved), len(found.cancelled), len(found.made), len(found.left)]
    counts.append(preview.told)
    said = [
        sentence % {"count": count}
        for sentence, count in zip(sentences, counts, strict=True)
        if count
    ]
    if found.kept and preview.details:
        same = ngettext(
            "%(count)s shift gets the new details.",
            "%(count)s shifts get the new details.",
            len(found.kept),
        )
        said.insert(0, same % {"count": len(found.kept)})
    if preview.asked:
        first = min(preview.answers.values())
        answer = ngettext(
            "%(count)s sign-up stays on a changed shift. If they must say yes again, they have "
            "until %(day)s %(clock)s.",
            "%(count)s sign-ups stay on changed shifts. If they must say yes again, the first have "
            "until %(day)s %(clock)s.",
            preview.asked,
        )
        said.append(answer % {"count": preview.asked, "day": weekday(first), "clock": clock(first)})
    return said or [_("No shift that is planned changes.")]


def leaving(preview):
    """Who does not fit and is taken off: [(shift, [(name, why)])]."""
    found = []
    for shift, occurrence in preview.effects.moved:
        misfits = preview.misfits.get(shift.pk, {})
        names = {
            row.volunteer_id: row.volunteer.person.display_name
            for row in preview.people.get(shift.pk, ())
        }
        lines = [
            (names[pk], " ".join(reason.for_staff for reason in reasons))
            for pk, reasons in misfits.items()
        ]
        if lines:
            found.append((occurrence.starts_at, lines))
    return found
