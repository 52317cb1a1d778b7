"""Recruitment's reminders: whether those who wait are still interested."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from core import mail
from core.schedule import GRACE, Due, Reminder
from recruitment import interest

DAILY = timedelta(days=1)


def still_interested(today):
    """A Due for each applicant who has waited so long that we ask once. 2 queries."""
    rows = interest.to_ask(today).exclude(person__email="")
    rows = rows.select_related("person", "site__branch")
    for application in rows.iterator(chunk_size=500):
        day = interest.day_to_ask(application)
        if today - GRACE <= day <= today:
            person = application.person
            yield Due(
                mail.Recipient(person.email, person.name, person.language, person.pk),
                application,
                day,
                application.site.branch.path,
            )


REMINDERS = (
    Reminder(
        interest.KIND,
        kind=interest.KIND,
        due=still_interested,
        label=_("Is somebody who waits still interested?"),
        when=_("after so many months as the settings of applications say"),
        to=_("the applicant"),
        every=DAILY,
        at=time(9),
    ),
)
