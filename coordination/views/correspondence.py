"""Messages: those to one person, what did not arrive, letters to be posted."""

from datetime import datetime
from types import SimpleNamespace

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coordination import correspondence, queries
from coordination.access import Permission, scope_of
from coordination.actions import correspondence as deeds
from coordination.forms.correspondence import AGAIN, LETTER, NotArrivedForm
from coordination.models import Volunteer
from coordination.views.people import volunteer_crumbs
from core import audit
from core.channels import letters as paper
from core.channels import memo
from core.models import Message
from core.paging import page_of
from core.templatetags.ui import day as day_in_words
from core.views import ActionView, DetailView, FormView, ListView

LOG = audit.purpose("messages.person", gettext_lazy("The messages sent to you were shown"))
NOT_ARRIVED = audit.purpose(
    "messages.not_arrived", gettext_lazy("The list of messages that did not arrive was shown")
)
DEED = audit.purpose("messages.deed", gettext_lazy("A message to you was handled"))
LETTERS = audit.purpose("letters.list", gettext_lazy("The list of letters to post was shown"))
PRINTED = audit.purpose("letters.printed", gettext_lazy("A letter to you was printed"))
POST = audit.purpose("letters.posted", gettext_lazy("A letter to you was posted"))
ADDRESS = audit.purpose("address.cleared", gettext_lazy("Your e-mail address was looked after"))


class PersonMessagesView(DetailView):
    """Every message to one volunteer about the user's branches: when, which way, what became
    of it."""

    model = Volunteer
    permission = Permission.VIEW_PEOPLE
    template_name = "coordination/message/person.html"
    access_purpose = LOG

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def get_context_data(self, **kwargs):
        user = self.request.user
        rows = correspondence.to_person(self.object, user, self.permission)
        page = page_of(self.request, rows, 25)
        record = correspondence.address_of(self.object.person)
        return super().get_context_data(**kwargs) | {
            "volunteer": self.object,
            "page_obj": page,
            "rows": correspondence.describe(list(page.object_list)),
            "record": record,
            "may_edit": scope_of(user).holds(Permission.EDIT_PEOPLE),
        }


class AddressClearView(ActionView):
    """Use an e-mail address again that mails have come back from."""

    model = Volunteer
    permission = Permission.EDIT_PEOPLE
    access_purpose = ADDRESS
    success_message = gettext_lazy("The e-mail address is in use again.")

    def rows(self):
        return queries.people()

    def people_in(self, rows):
        return [row.pk for row in rows]

    def perform(self):
        record = correspondence.address_of(self.object.person)
        if record is not None:
            deeds.use_address(record=record, by=self.request.user)
        return _messages_url(self.object.pk)

    def get_context_data(self, **kwargs):
        heading = _("Use the e-mail address again")
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "crumbs": [*volunteer_crumbs(self.object), {"text": heading, "url": ""}],
            "question": _("Is the e-mail address right?"),
            "consequences": [
                _("Mails have come back from it, so nothing is sent to it now."),
                _("If you have made sure that it works, mails are sent to it again."),
            ],
            "action": _("Yes, use it again"),
            "cancel_url": _messages_url(self.object.pk),
        }


class MessageScope:
    """Rows are messages to people about the user's branches."""

    def permitted_rows(self):
        return correspondence.not_arrived(self.request.user, self.permission)

    def get_object(self):
        found = self.permitted_rows().filter(pk=self.kwargs["pk"]).first()
        if found is not None:
            return found
        seen = correspondence.not_arrived(self.request.user, None)
        return _refuse(seen.filter(pk=self.kwargs["pk"]).exists())

    def people_in(self, rows):
        return {row.person_id for row in rows if row.person_id}


class NotArrivedView(MessageScope, ListView):
    """Messages that did not arrive, each with the next step."""

    model = Message
    permission = Permission.VIEW_PEOPLE
    template_name = "coordination/message/not_arrived.html"
    access_purpose = NOT_ARRIVED

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        correspondence.describe(context["rows"])
        may_edit = scope_of(self.request.user).holds(Permission.EDIT_PEOPLE)
        return context | {"may_edit": may_edit}


class MessageDeedView(MessageScope, FormView):
    """Decide what happens to a message that did not arrive."""

    model = Message
    permission = Permission.EDIT_PEOPLE
    form_class = NotArrivedForm
    access_purpose = DEED
    success_message = gettext_lazy("It is done.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"cancel_url": reverse("coordination:not-arrived")}

    def perform(self, form):
        chosen = {AGAIN: deeds.try_again, LETTER: deeds.as_letter}.get(
            form.cleaned_data["deed"], deeds.told
        )
        chosen(message=self.object, by=self.request.user)
        return reverse("coordination:not-arrived")

    def get_context_data(self, **kwargs):
        (message,) = correspondence.describe([self.object])
        heading = _("A message that did not arrive")
        name = message.person.display_name if message.person else ""
        return super().get_context_data(**kwargs) | {
            "heading": heading,
            "lead": f"{name}: {message.title}. {message.why}",
            "crumbs": [
                {"text": _("What did not arrive"), "url": reverse("coordination:not-arrived")},
                {"text": heading, "url": ""},
            ],
        }


# --- Letters -------------------------------------------------------------------------------


class LetterListView(ListView):
    """Days on which letters wait to be posted."""

    permission = Permission.EDIT_PEOPLE
    template_name = "coordination/message/letters.html"
    access_purpose = LETTERS

    def permitted_rows(self):
        return self.letters

    @cached_property
    def letters(self):
        return correspondence.letters(self.request.user, self.permission)

    def people_in(self, rows):
        return {row.message.person_id for row in rows if row.message.person_id}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        days = list(correspondence.days_of_letters(self.permitted_rows()))
        for entry in days:
            entry["key"] = int(f"{entry['day']:%Y%m%d}")
        correspondence.describe([letter.message for letter in context["rows"]])
        return context | {
            "days": days,
            "at_once": paper.MOST_AT_ONCE,
            "has_digital": any(entry["digital"] for entry in days),
        }


class DayMixin:
    """A page about the letters of one day; its address holds the day as 20260303.

    `?til=` is the newest letter that the list showed: what comes after it was not in the print,
    and is not posted with it.
    """

    permission = Permission.EDIT_PEOPLE
    digital = False

    def get_object(self):
        day = _day_of(self.kwargs["pk"])
        user = self.request.user
        rows = correspondence.letters(user, self.permission).filter(day=day)
        found = self._of_channel(self._up_to(rows))
        if not found:
            seen = correspondence.letters(user, None).filter(day=day).exists()
            return _refuse(seen and not rows.exists())
        return SimpleNamespace(pk=self.kwargs["pk"], day=day, letters=found)

    def _up_to(self, rows):
        newest = self.request.GET.get("til", "")
        return rows.filter(pk__lte=int(newest[:18])) if newest.isdecimal() else rows

    def _of_channel(self, rows):
        digital = {"message__channel": "digital_post"}
        rows = rows.filter(**digital) if self.digital else rows.exclude(**digital)
        return list(rows[: paper.MOST_AT_ONCE])

    def people_in(self, rows):
        people = {letter.message.person_id for row in rows for letter in row.letters}
        return people - {None}


class LetterPrintView(DayMixin, DetailView):
    """The letters of a day as one PDF."""

    access_purpose = PRINTED

    def render_to_response(self, context, **kwargs):
        day = self.object
        title = _("Letters of %(day)s") % {"day": day_in_words(day.day)}
        answer = HttpResponse(paper.pages(day.letters, title=title), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="breve-{day.day}.pdf"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class DigitalPostView(DayMixin, DetailView):
    """The Digital Post messages of a day as a zip of MeMo files."""

    access_purpose = PRINTED
    digital = True

    def render_to_response(self, context, **kwargs):
        content, _included = memo.archive(self.object.letters)
        answer = HttpResponse(content, content_type="application/zip")
        name = f"digital-post-{self.object.day}.zip"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        answer["Cache-Control"] = "private, no-store"
        return answer


class LetterPostedView(DayMixin, ActionView):
    """The letters of a day are in the post."""

    access_purpose = POST
    success_message = gettext_lazy("The letters are marked as posted.")

    def perform(self):
        deeds.post_letters(letters=self.object.letters, by=self.request.user)
        return reverse("coordination:letter-list")

    def get_context_data(self, **kwargs):
        words = self.words(len(self.object.letters), day_in_words(self.object.day))
        letters = reverse("coordination:letter-list")
        crumbs = [{"text": _("Letters to post"), "url": letters}]
        return super().get_context_data(**kwargs) | {
            **words,
            "crumbs": [*crumbs, {"text": words["heading"], "url": ""}],
            "cancel_url": letters,
        }

    def words(self, number, day):
        return {
            "heading": _("Mark the letters as posted"),
            "question": _("Are the letters of %(day)s in the post?") % {"day": day},
            "consequences": [
                _("Number of letters: %(number)d.") % {"number": number},
                _("Their messages count as sent, and they leave the list."),
            ],
            "action": _("Yes, they are posted"),
        }


class DigitalPostedView(LetterPostedView):
    """The Digital Post messages of a day have been handed over."""

    digital = True
    success_message = gettext_lazy("The messages are marked as handed over.")

    def perform(self):
        left = deeds.hand_over(letters=self.object.letters, by=self.request.user)
        if left:
            text = ngettext(
                "%(number)d message was not in the file, because we do not know the person's CPR "
                "number any more. It goes another way.",
                "%(number)d messages were not in the file, because we do not know the people's "
                "CPR numbers any more. They go another way.",
                left,
            )
            messages.warning(self.request, text % {"number": left})
        return reverse("coordination:letter-list")

    def words(self, number, day):
        return {
            "heading": _("Mark the messages as handed over"),
            "question": _("Has the Digital Post of %(day)s been handed over?") % {"day": day},
            "consequences": [
                _("Number of messages: %(number)d.") % {"number": number},
                _("They count as sent, and they leave the list."),
            ],
            "action": _("Yes, it is handed over"),
        }


def _messages_url(pk):
    return reverse("coordination:person-messages", args=[pk])


def _day_of(number):
    try:
        return datetime.strptime(str(number), "%Y%m%d").date()
    except ValueError:
        raise Http404 from None


def _refuse(is_visible):
    """403 for what lies in the user's branches and is not theirs to touch; else 404."""
    if is_visible:
        raise PermissionDenied
    raise Http404
