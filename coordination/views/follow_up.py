"""A good start and what follows: what waits, one engagement's steps and talks, its mentor."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import attendance, follow_up
from coordination.access import Permission
from coordination.actions import follow_up as actions
from coordination.forms.follow_up import MentorForm, StepsForm, TalkForm
from coordination.models import Engagement, TalkMoment
from coordination.views.own import own_crumbs, own_volunteer
from core import audit
from core.localised import localised
from core.periods import today
from core.views import DetailView, FormView, ListView, PageView

SEEN = audit.purpose("follow_up.list", gettext_lazy("Looked for who should hear from us"))
OPENED = audit.purpose("follow_up.detail", gettext_lazy("Looked at your start and your talks"))
MOST_SHIFTS = 20


def follow_up_url(engagement):
    return reverse("coordination:follow-up-detail", args=[engagement.pk])


def follow_up_crumbs(engagement=None, heading=""):
    crumbs = [{"text": _("Follow-up"), "url": reverse("coordination:follow-up")}]
    if engagement is not None:
        name = engagement.volunteer.person.display_name
        crumbs.append({"text": name, "url": follow_up_url(engagement) if heading else ""})
    if heading:
        crumbs.append({"text": heading, "url": ""})
    return crumbs


class FollowUpListView(ListView):
    """Who should hear from a coordinator, and shifts without attendance."""

    permission = Permission.EDIT_PEOPLE
    template_name = "coordination/follow_up/list.html"
    access_purpose = SEEN
    paginate_by = 30

    def permitted_rows(self):
        self.steps = follow_up.steps()
        due = follow_up.followed(today()).filter(follow_up.waiting(self.steps, today()))
        rows = follow_up.with_calls(due, today()).permitted(self.request.user, self.permission)
        return follow_up.with_everything(rows.order_by("-starts_on", "-pk"))

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        found = [
            {
                "engagement": row,
                "lines": follow_up.still_waiting(row, self.steps, today()),
                "wants_call": attendance.wants_call(row),
            }
            for row in context["rows"]
        ]
        shifts = []
        if context["page_obj"].number == 1:
            shifts = list(
                follow_up.without_attendance(self.request.user, timezone.now())[:MOST_SHIFTS]
            )
        for shift in shifts:
            shift.in_groups = follow_up.groups_in_words(shift)
        return context | {
            "found": [one for one in found if one["lines"] or one["wants_call"]],
            "shifts": shifts,
            "today": today(),
        }


class OneEngagementMixin:
    """Pages about one engagement's start."""

    model = Engagement
    permission = Permission.EDIT_PEOPLE
    access_purpose = OPENED

    def rows(self):
        return follow_up.engagements()

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]


class FollowUpDetailView(OneEngagementMixin, DetailView):
    """One engagement: mentor, welcome steps, talks."""

    template_name = "coordination/follow_up/detail.html"

    def get_context_data(self, **kwargs):
        steps, talks = follow_up.lines(self.object, follow_up.steps(), today())
        return super().get_context_data(**kwargs) | {
            "engagement": self.object,
            "mentor": follow_up.mentor_of(self.object),
            "steps": [(line, line.waits(today())) for line in steps],
            "talks": [(line, line.waits(today())) for line in talks],
            "crumbs": follow_up_crumbs(self.object),
        }


class FollowUpFormView(OneEngagementMixin, FormView):
    """The base of the forms about one engagement's start. Subclasses give `heading`, `perform`."""

    heading = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": follow_up_url(self.object)}

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "lead": self.object,
            "crumbs": follow_up_crumbs(self.object, self.heading),
        }


class StepsView(FollowUpFormView):
    """Tick off welcome steps."""

    form_class = StepsForm
    edits = True
    heading = gettext_lazy("Welcome steps")
    success_message = gettext_lazy("What is done is saved.")

    def prepare(self):
        super().prepare()
        self.lines, _talks = follow_up.lines(self.object, follow_up.steps(), today())

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"lines": self.lines}

    def get_initial(self):
        return {"steps": [str(line.step.pk) for line in self.lines if line.tick is not None]}

    def perform(self, form):
        actions.set_steps(engagement=self.object, steps=form.chosen(), by=self.request.user)
        return follow_up_url(self.object)


class TalkView(FollowUpFormView):
    """Register a follow-up talk, or that none was wanted."""

    form_class = TalkForm
    heading = gettext_lazy("Register a talk")
    success_message = gettext_lazy("The talk is registered.")

    def get_initial(self):
        _steps, talks = follow_up.lines(self.object, [], today())
        latest = next((line for line in talks if line.is_latest), None)
        return {"moment": latest.moment if latest else TalkMoment.WEEK}

    def perform(self, form):
        actions.register_talk(engagement=self.object, by=self.request.user, **form.cleaned_data)
        return follow_up_url(self.object)


class MentorView(FollowUpFormView):
    """Write who is the mentor."""

    form_class = MentorForm
    edits = True
    heading = gettext_lazy("Mentor")
    success_message = gettext_lazy("The mentor is saved.")

    def get_form_kwargs(self):
        people = follow_up.possible_mentors(self.object, today())
        return super().get_form_kwargs() | {"people": people}

    def get_initial(self):
        mentor = follow_up.mentor_of(self.object)
        return {"mentor": mentor.pk if mentor else None}

    def perform(self, form):
        actions.choose_mentor(
            engagement=self.object, mentor=form.cleaned_data["mentor"], by=self.request.user
        )
        return follow_up_url(self.object)


class OwnStartView(PageView):
    """A volunteer's own start: mentor, steps, talks; and whom they are the mentor of."""

    template_name = "coordination/own/start.html"

    def get_context_data(self, **kwargs):
        user, day = self.request.user, today()
        context = super().get_context_data(**kwargs) | {"volunteer": own_volunteer(user)}
        if context["volunteer"] is None:
            return context
        steps = follow_up.steps()
        mine = follow_up.with_everything(follow_up.own(user, day))
        mentees = follow_up.with_everything(follow_up.mentees(user, day))
        return context | {
            "starts": [self.start_of(row, steps, day) for row in mine.order_by("starts_on", "pk")],
            "mentees": [
                {
                    "engagement": row,
                    "steps": follow_up.lines(row, steps, day)[0],
                    "has_own": bool(follow_up.mentors_lines(row, steps, day)),
                }
                for row in mentees.order_by("-starts_on", "pk")
            ],
        }

    def start_of(self, engagement, all_steps, day):
        steps, talks = follow_up.lines(engagement, all_steps, day)
        return {
            "engagement": engagement,
            "mentor": follow_up.mentor_of(engagement),
            "steps": steps,
            "talks": talks,
        }


class OwnMentorStepsView(FormView):
    """A mentor says which of the steps that are theirs are done."""

    form_class = StepsForm
    edits = True
    own = True
    access_purpose = OPENED
    success_message = gettext_lazy("What is done is saved.")

    def permitted_rows(self):
        return follow_up.with_everything(follow_up.mentees(self.request.user, today()))

    def people_in(self, rows):
        return [row.volunteer_id for row in rows]

    def prepare(self):
        super().prepare()
        self.lines = follow_up.mentors_lines(self.object, follow_up.steps(), today())

    def get_form_kwargs(self):
        cancel_url = reverse("coordination:own-start")
        return super().get_form_kwargs() | {"lines": self.lines, "cancel_url": cancel_url}

    def get_initial(self):
        return {"steps": [str(line.step.pk) for line in self.lines if line.tick is not None]}

    def perform(self, form):
        actions.set_mentors_steps(engagement=self.object, steps=form.chosen(), by=self.request.user)
        return reverse("coordination:own-start")

    def get_context_data(self, **kwargs):
        name = self.object.volunteer.person.first_name
        heading = _("A good start for %(name)s") % {"name": name}
        start = {"text": _("My start"), "url": reverse("coordination:own-start")}
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": localised(self.object.site.activity, "title").text,
            "crumbs": [*own_crumbs(heading)[:1], start, {"text": heading, "url": ""}],
        }
