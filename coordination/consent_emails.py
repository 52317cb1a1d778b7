"""The mails about a changed shift that those on it must say yes to again."""

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination import addressees, emails
from coordination.models import Shift
from coordination.wording import BRANCH, HAS_SIGN_IN, SHIFT, SHIFTS, STAFF
from core import mail
from core.localised import localised
from core.mail import Placeholder
from core.templatetags.ui import period

ASK = "coordination.shift_reconfirm"
SOON = "coordination.reconfirm_soon"
UNANSWERED = "coordination.shift_unanswered"

_ANSWER = (
    Placeholder("answer_by", _("Until when"), datetime(2026, 3, 1, 11, tzinfo=UTC)),
    Placeholder(
        "answer_url",
        _("Link to answering"),
        "https://frivillig.example.dk/min-side/aendringer/1/",
        required=True,
    ),
    HAS_SIGN_IN,
    Placeholder("phone", _("The branch's phone"), "12 34 56 78"),
)


def register():
    """Called once, from `CoordinationConfig.ready`."""
    for kind, title in (
        (ASK, _("A shift has been changed, and the volunteer must say yes again")),
        (SOON, _("The time to say yes to a changed shift is nearly over")),
    ):
        mail.register(
            kind,
            context=_ask_context,
            load=_assignments,
            ways=emails.NO_LETTER,
            title=title,
            group=SHIFTS,
            placeholders=(*SHIFT, *_ANSWER),
        )
    mail.register(
        UNANSWERED,
        context=_unanswered_context,
        load=_shifts,
        title=_("Somebody did not say yes to a changed shift in time"),
        group=STAFF,
        placeholders=(
            BRANCH,
            Placeholder("what", _("The shift's title, or the activity's"), "Lektiehjælp"),
            Placeholder("time", _("When the shift is, day and hours"), "3. marts 2026 kl. 15.00"),
            Placeholder("number", _("How many places"), "2"),
            Placeholder(
                "shift_url",
                _("Link to the shift"),
                "https://frivillig.example.dk/vagter/1/",
                required=True,
            ),
        ),
    )


def send_ask(rows, *, event):
    """Ask those on a changed shift to say yes or no, and tell them until when."""
    return mail.send_many(
        mail.Draft(
            kind=ASK,
            to=emails.recipient(row.volunteer.person),
            about=row,
            key=f"{ASK}:{row.pk}:{event.pk}",
            urgent=emails.is_soon(row),
        )
        for row in rows
    )


def send_unanswered(shift, *, number, event):
    """Tell the coordinators that so many places went on, because nobody said yes in time."""
    staff = addressees.coordinators()(shift.site.branch.path)
    return addressees.tell(staff, kind=UNANSWERED, about=shift, event=event.pk, number=number)


def _assignments(messages):
    return emails.assignments(messages)


def _shifts(messages):
    rows = Shift.objects.select_related("site__activity", "site__branch")
    return mail.by_about(rows, messages)


def _ask_context(message):
    """None if they have answered, are off the shift, or the time to answer has passed."""
    row = emails.booked_and_coming(message)
    if row is None or not row.is_unconfirmed or row.lets_go(timezone.now()):
        return None
    return emails.shift_context(row) | {
        "answer_by": row.confirm_until,
        "answer_url": mail.link("coordination:own-change", row.pk),
        "has_sign_in": row.volunteer.person.user_id is not None,
        "phone": row.shift.site.branch.phone,
    }


def _unanswered_context(message):
    """None if the shift has begun or is cancelled: there is nothing to do about it."""
    shift = mail.matter(message)
    if shift is None or shift.is_cancelled or shift.has_started:
        return None
    return {
        "branch": shift.site.branch,
        "what": shift.title or localised(shift.site.activity, "title").text,
        "time": period(shift.starts_at, shift.ends_at),
        "number": str(message.params["number"]),
        "shift_url": mail.link("coordination:shift-detail", shift.pk),
    }
