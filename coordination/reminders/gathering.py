"""One message for each member of staff instead of one for each row."""

from coordination import addressees
from core import schedule
from core.schedule import Due


def gathered(name, rows, addressed):
    """A Due for every user whom `addressed(path)` gives for one of the rows.

    `rows` yields (branch path, due day or None). Rows of branches where the rule is off are left
    out. The matter is the user, the due day the latest of their rows: what the message tells is
    looked up when it is sent, so one that comes late tells everything once.
    """
    latest, on = {}, {}
    for path, due_day in rows:
        if path not in on:
            on[path] = schedule.is_on(name, path)
        if due_day is None or not on[path]:
            continue
        for user in addressed(path):
            known = latest.setdefault(user.pk, [user, due_day])
            known[1] = max(known[1], due_day)
    for user, due_day in latest.values():
        yield Due(addressees.recipient(user), user, due_day, path=None)
