"""Group messages: the list, write, look before it is sent, send, take back."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import audiences, emails, queries
from coordination.access import Permission, scope_of
from coordination.actions import group_messages
from coordination.filters import VolunteerFilter
from coordination.forms.group_messages import GroupMessageForm, shift_for
from coordination.models import Audience, GroupMessage
from core import audit, policies
from core.channels import words
from core.models import Channel, MessageState
from core.views import ActionView, DetailView, FormView, ListView

PREVIEW = audit.purpose(
    "group_message.preview", gettext_lazy("You were among the recipients of a group message")
)
SHOWN = 3


def group_url(pk):
    return reverse("coordination:group-message-detail", args=[pk])


def list_crumb():
    return {"text": _("Messages"), "url": reverse("coordination:group-message-list")}


class GroupRows:
    """Group messages of branches where the user may write."""

    model = GroupMessage
    permission = Permission.WRITE_MESSAGES

    def rows(self):
        return audiences.groups()


class GroupListView(GroupRows, ListView):
    """What has been written to many, drafts among it, the newest first."""

    template_name = "coordination/group_message/list.html"

    def get_context_data(self, **kwargs):
        may_post = scope_of(self.request.user).holds(Permission.EDIT_PEOPLE)
        return super().get_context_data(**kwargs) | {"may_post": may_post}


class GroupCreateView(FormView):
    """A new group message. `?vagt=` and `?aktivitet=` say from where; with `?liste=1` the rest
    of the address is the filter of the list of volunteers."""

    permission = Permission.WRITE_MESSAGES
    form_class = GroupMessageForm

    def get_form_kwargs(self):
        query, user = self.request.GET, self.request.user
        return super().get_form_kwargs() | {
            "user": user,
            "shift": shift_for(user, query.get("vagt")),
            "people": self._listed() if query.get("liste") else (),
            "cancel_url": reverse("coordination:group-message-list"),
        }

    def get_initial(self):
        query, user = self.request.GET, self.request.user
        shift = shift_for(user, query.get("vagt"))
        if shift is not None:
            return {"branch": shift.site.branch, "audience": Audience.SHIFT, "necessary": True}
        if query.get("liste"):
            return {"audience": Audience.CHOSEN}
        activity = query.get("aktivitet", "")
        if activity.isdecimal():
            return {"audience": Audience.ACTIVITY, "activity": activity}
        return {"audience": Audience.BRANCH}

    def _listed(self):
        """The ids of the people on the list that the user came from."""
        user = self.request.user
        filtering = VolunteerFilter(self.request.GET, user=user)
        rows = queries.volunteers_of(user, Permission.WRITE_MESSAGES)
        most = policies.get("messages.group_most")
        return list(filtering.apply(rows).values_list("pk", flat=True)[: most + 1])

    def perform(self, form):
        group = group_messages.draft(by=self.request.user, chosen=form.people, **form.values())
        return group_url(group.pk)

    def get_context_data(self, **kwargs):
        heading = _("Write to several people")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": _("Nothing is sent before you have seen what it looks like and who gets it."),
            "crumbs": [list_crumb(), {"text": heading, "url": ""}],
        }


class GroupEditView(GroupRows, FormView):
    """Change a draft."""

    form_class = GroupMessageForm
    edits = True

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "user": self.request.user,
            "shift": self.object.shift,
            "people": self.object.chosen,
            "cancel_url": group_url(self.object.pk),
        }

    def get_initial(self):
        names = ("branch", "audience", "activity", "necessary", "subject", "text")
        return {name: getattr(self.object, name) for name in names}

    def perform(self, form):
        group_messages.change(group=self.object, by=self.request.user, **form.values())
        return group_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Change the message")
        crumbs = [
            list_crumb(),
            {"text": self.object.subject, "url": group_url(self.object.pk)},
            {"text": heading, "url": ""},
        ]
        return super().get_context_data(**kwargs) | {"heading": heading, "crumbs": crumbs}


class GroupDetailView(GroupRows, DetailView):
    """A draft as three recipients would read it, and whom it reaches; or what became of it."""

    template_name = "coordination/group_message/detail.html"
    access_purpose = PREVIEW

    def people_in(self, rows):
        self.shown = list(audiences.people_of(self.object)[:SHOWN]) if self.object.is_draft else []
        self.reached = audiences.reached_by(self.object) if self.object.is_draft else None
        left_out = self.reached.left_out if self.reached else []
        return [person.pk for person in [*self.shown, *(person for person, _code in left_out)]]

    def get_context_data(self, **kwargs):
        group = self.object
        context = super().get_context_data(**kwargs) | {
            "group": group,
            "may_undo": group.may_be_undone(timezone.now()),
        }
        return context | (self._draft() if group.is_draft else self._sent())

    def _draft(self):
        previews = [
            {"person": person, **emails.group_preview(self.object, person)} for person in self.shown
        ]
        ways = [(Channel(way).label, number) for way, number in self.reached.by_way.most_common()]
        left_out = [
            {"person": person, "why": words.why_not(code)} for person, code in self.reached.left_out
        ]
        return {
            "previews": previews,
            "reached": self.reached,
            "held_back": _held_back(self.reached.later),
            "ways": ways,
            "left_out": left_out,
        }

    def _sent(self):
        states = audiences.states_of(self.object)
        shown = [
            (words.STATUS_KINDS[state], MessageState(state).label, number)
            for state, number in sorted(states.items())
        ]
        total = audiences.people_of(self.object).count()
        writing = self.object.undone_at is None and self.object.rows_done_at is None
        return {"states": shown, "total": total, "writing": writing}


class GroupAction(GroupRows, ActionView):
    """A deed on one group message."""

    heading = question = action = ""
    consequences = ()

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "crumbs": [
                list_crumb(),
                {"text": self.object.subject, "url": group_url(self.object.pk)},
                {"text": self.heading, "url": ""},
            ],
            "question": self.question,
            "consequences": self.consequences,
            "action": self.action,
            "cancel_url": group_url(self.object.pk),
        }


class GroupSendView(GroupAction):
    """Send it."""

    heading = gettext_lazy("Send the message")
    question = gettext_lazy("Send it now?")
    action = gettext_lazy("Yes, send it")
    success_message = gettext_lazy("You can take it back until it goes out.")

    @property
    def consequences(self):
        group = self.object
        return [
            _("It goes to each person for themselves: nobody sees who else gets it."),
            _("It rests at night and goes out in the morning. You can take it back until then.")
            if group_messages.rests_at_night(group)
            else _("You can take it back for two minutes."),
            *_held_back(audiences.reached_by(group).later),
            _("Answers come to your own e-mail address."),
        ]

    def perform(self):
        group_messages.send(group=self.object, by=self.request.user)
        return group_url(self.object.pk)


def _held_back(number):
    """The sentence about those whose week is full, if there are any."""
    if not number:
        return []
    text = ngettext(
        "%(number)d person has had as much news this week as they may, and gets it later.",
        "%(number)d people have had as much news this week as they may, and get it later.",
        number,
    )
    return [text % {"number": number}]


class GroupUndoView(GroupAction):
    """Take it back."""

    heading = gettext_lazy("Take the message back")
    question = gettext_lazy("Take it back?")
    action = gettext_lazy("Yes, take it back")
    consequences = (gettext_lazy("Nothing of it is sent to anybody."),)
    success_message = gettext_lazy("The message is taken back. Nobody gets it.")

    def perform(self):
        group_messages.undo(group=self.object, by=self.request.user)
        return group_url(self.object.pk)


class GroupThrowAwayView(GroupAction):
    """Throw a draft away."""

    heading = gettext_lazy("Throw the draft away")
    question = gettext_lazy("Throw this draft away?")
    action = gettext_lazy("Yes, throw it away")
    success_message = gettext_lazy("The draft is gone.")

    def perform(self):
        group_messages.throw_away(group=self.object, by=self.request.user)
        return reverse("coordination:group-message-list")
