"""What the processes of the line's race do.

They come from a clean process that has imported the site and this and done nothing else. The one
that runs the tests has threads, a browser's among them, and a copy of it made in the middle of
their work may stand still for ever.
"""

from django.db import connection

from coordination.actions import assignments
from coordination.models import Shift, Volunteer


def sign_up(database, shift_id, volunteer_id, start, outcomes, wait):
    """Sign up when all are ready, within `wait` seconds; put what came of it in `outcomes`."""
    connection.settings_dict.update(database)
    try:
        shift = Shift.objects.get(pk=shift_id)
        volunteer = Volunteer.objects.select_related("person__user").get(pk=volunteer_id)
        start.wait(wait)
        row = assignments.sign_up(
            shift=shift, volunteer=volunteer, by=volunteer.person.user, or_wait=True
        )
        outcomes.put(str(row.state))
    except BaseException as error:
        start.abort()
        outcomes.put(repr(error))
    finally:
        connection.close()
