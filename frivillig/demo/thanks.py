"""The demo's recognition: Frivillig Fredag, the last Friday of September; one held, one ahead."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from coordination.actions import recognition
from coordination.models import RecognitionEvent, RecognitionInvitation, Volunteer
from coordination.states import InvitationState
from core.periods import today

TITLE = "Frivillig Fredag"
PLACE = "Borgernes Hus, Østre Stationsvej 15"
TEXT = (
    "Tak for jeres tid og hænder. Vi spiser sammen, der er musik, og borgmesteren kigger forbi. "
    "Tag gerne en ven med."
)
TEXT_EN = (
    "Thank you for your time and your hands. We eat together, there is music, and the mayor "
    "drops by. Do bring a friend."
)
BY_MAIL = 4  # so many are invited with a mail today; the others were so some weeks ago
ANSWERS = (
    InvitationState.COMING,
    InvitationState.COMING,
    InvitationState.INVITED,
    InvitationState.NOT_COMING,
    InvitationState.COMING,
    InvitationState.INVITED,
)


def say_thanks(places):
    """The last Frivillig Fredag with who came, and the next with its invitations."""
    year = today().year
    day = last_friday_of_september(year)
    next_day = day if day > today() else last_friday_of_september(year + 1)
    _hold(places, last_friday_of_september(next_day.year - 1))
    event = recognition.plan(
        branch=places.root,
        title=TITLE,
        title_en="Volunteer Friday",
        starts_at=_evening(next_day),
        place=PLACE,
        description=TEXT,
        description_en=TEXT_EN,
        reply_by=next_day - timedelta(days=14),
        by=places.central,
    )
    reachable = list(recognition.reachable_by(event).order_by("pk"))
    _invite(places, event, reachable[BY_MAIL:])
    newest = Volunteer.objects.filter(pk__in=[one.pk for one in reachable[:BY_MAIL]])
    recognition.invite(event=event, volunteers=newest, by=places.central)


def last_friday_of_september(year):
    last = date(year, 9, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)


def _evening(day):
    return timezone.make_aware(datetime.combine(day, time(17)))


def _hold(places, day):
    event = RecognitionEvent.objects.create(
        branch=places.root,
        title=TITLE,
        title_en="Volunteer Friday",
        starts_at=_evening(day),
        place=PLACE,
        description=TEXT,
        description_en=TEXT_EN,
    )
    known = Volunteer.objects.filter(since__lte=day - timedelta(days=30)).order_by("pk")
    RecognitionInvitation.objects.bulk_create(
        _invitation(
            event,
            volunteer,
            places,
            event.starts_at - timedelta(days=40),
            InvitationState.NOT_COMING if number % 3 == 2 else InvitationState.ATTENDED,
        )
        for number, volunteer in enumerate(known)
    )


def _invite(places, event, volunteers):
    sent = min(event.starts_at, timezone.now()) - timedelta(days=20)
    RecognitionInvitation.objects.bulk_create(
        _invitation(event, volunteer, places, sent, ANSWERS[number % len(ANSWERS)])
        for number, volunteer in enumerate(volunteers)
    )


def _invitation(event, volunteer, places, sent, state):
    answered = state != InvitationState.INVITED
    return RecognitionInvitation(
        event=event,
        volunteer=volunteer,
        state=state,
        invited_at=sent,
        invited_by=places.central,
        answered_at=sent + timedelta(days=3) if answered else None,
        answered_by=places.central if answered else None,
    )
