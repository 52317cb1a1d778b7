"""What the police's form asks about who orders: settings, the nearest branch first.

Source: domain.md 1.3 (contact telephone and e-mail at work, recipient, contact, requester).
"""

from django.utils.translation import gettext as _

from core import policies


def sheet(branch):
    """[(label, value)] for the branch, in the order of the form; "" where nothing is set."""
    rows = (
        (_("Requester"), "department"),
        (_("Contact person"), "contact"),
        (_("Telephone at work"), "phone"),
        (_("E-mail at work"), "email"),
        (_("Recipient (initials)"), "initials"),
    )
    found = [(label, policies.get(f"requester.{name}", path=branch.path)) for label, name in rows]
    (first, department), *others = found
    return [(first, department or branch.name), *others]
