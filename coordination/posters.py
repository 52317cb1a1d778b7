"""The secret address behind the QR code on a site's wall. It shows nobody's name.

Made as the calendars' addresses are (`feeds`): the site's number and a mark that only this
installation can make; renewing changes what the mark is made of.
"""

import segno
from django.utils.crypto import constant_time_compare, salted_hmac

from coordination.attendance import BY_POSTER
from coordination.models import Site
from core import mail, policies

SALT = "coordination.poster"


def is_on(branch):
    """True where the branch lets volunteers say by the poster that they are here."""
    return policies.get(BY_POSTER, path=branch.path)


def sites():
    """Sites with what their poster tells."""
    return Site.objects.select_related("activity", "branch", "poster")


def token(site):
    """The secret part of the address. No query where the site's poster was read along."""
    return f"{site.pk}-{_mark(site)}"


def address(site):
    """The whole address."""
    return mail.link("coordination:check-in", token(site))


def qr_code(site):
    """The address as an SVG picture in a data: address."""
    return segno.make(address(site), error="m", micro=False).svg_data_uri(border=0)


def read(value):
    """The Site of a token; None if the address does not work, or the branch wants no poster.
    1 query."""
    number, _dash, mark = value.partition("-")
    if not number.isdecimal() or len(number) > 12:
        return None
    site = sites().filter(pk=int(number), closed_on__isnull=True).first()
    if site is None or not constant_time_compare(mark, _mark(site)):
        return None
    return site if is_on(site.branch) else None


def _mark(site):
    poster = getattr(site, "poster", None)
    serial = poster.serial if poster else ""
    return salted_hmac(SALT, f"{site.pk}:{serial}", algorithm="sha256").hexdigest()[:40]
