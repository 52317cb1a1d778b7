"""The demo's applications: some wait, some have been answered."""

from datetime import timedelta

from django.utils import timezone

from coordination.models import Person
from core import audit, texts
from recruitment import notices
from recruitment.actions import applications
from recruitment.models import Application, Channel
from recruitment.states import ApplicationState

WAITING = (
    ("Lektiecafé", 3, "Jeg er pensioneret matematiklærer og savner børnene."),
    ("Lektiecafé", 1, "Jeg læser til lærer og kan om torsdagen."),
    ("Åben IT-hjælp", 5, "Har arbejdet med IT i 30 år og har god tid."),
    ("Magiske Dage", 2, "Min søster var med sidste år og elskede det."),
    ("Magiske Dage", 4, ""),
    ("Magiske Dage", 8, "Jeg kan sy kapper."),
    ("Sprogtræning", 6, "Taler arabisk og dansk, bor i Vollsmose."),
    ("Højtlæsning og eventyrfortælling for børn", 9, "Jeg fortæller gerne på ukrainsk."),
    ("Tovholdere for læsekredse", 12, "Er med i en læsekreds i dag og vil gerne starte en ny."),
)
DECLINED = (("Musikarrangementer", 25), ("Lektiecafé", 40), ("Magiske Dage", 33))
# Received by the sign-up's own action, with a receipt by mail.
NEW = (
    ("Sprogcafé", "Jeg er lige flyttet til Odense og vil gerne møde folk."),
    ("Lektiecafé", "Kan to eftermiddage om ugen."),
    ("Magiske Dage", "Vil helst være i tryllestavsværkstedet."),
)


def apply(places, calls, crowd):
    """Write the applications; the newest through the sign-up itself."""
    notice = texts.current(notices.PRIVACY_NOTICE)
    rows = [
        _row(calls[title], notice, crowd, days, message=message) for title, days, message in WAITING
    ]
    rows += [_declined(places, calls[title], notice, crowd, days) for title, days in DECLINED]
    Person.objects.bulk_create(row.person for row in rows)
    Application.objects.bulk_create(rows)
    for title, message in NEW:
        person = crowd.person(reachable=True)
        applications.receive(
            opportunity=calls[title],
            notice=notice,
            birth_year=crowd.birth_year(),
            name=person.name,
            email=person.email,
            phone=person.phone,
            postcode=person.postcode,
            message=message,
            channel=Channel.PORTAL,
            by=audit.ANONYMOUS,
        )


def _row(call, notice, crowd, days, **fields):
    year = crowd.birth_year() if call.site.activity.minimum_age else None
    return Application(
        person=crowd.person(birth_year=year),
        site=call.site,
        opportunity=call,
        languages="dansk, engelsk",
        availability="Eftermiddage og weekender",
        channel=crowd.random.choice(Channel.values),
        notice=notice,
        received_at=timezone.now() - timedelta(days=days, hours=2),
        **fields,
    )


def _declined(places, call, notice, crowd, days):
    row = _row(call, notice, crowd, days, state=ApplicationState.DECLINED)
    row.decided_at = row.received_at + timedelta(days=2)
    row.decided_by = places.coordinators[call.site.branch.name]
    return row
