"""The messages of recruitment, one function each."""

from django.utils.translation import gettext as _

from core import mail, policies
from core.localised import localised
from core.templatetags.ui import phone
from recruitment import interest, wording
from recruitment.models import Application

RECEIPT = "recruitment.receipt"
DECLINED = "recruitment.declined"


def register():
    """Make the kinds known (from AppConfig.ready)."""
    wording.name_groups()
    mail.register(RECEIPT, context=_about_application, **wording.RECEIPT)
    mail.register(interest.KIND, context=_interest, **wording.INTEREST)
    mail.register(DECLINED, context=_about_application, **wording.DECLINED)


def send_receipt(application):
    """Thank the applicant and say what happens next. By e-mail only, if they gave one."""
    if application.person.email:
        _send(RECEIPT, application)


def send_declined(application):
    """Tell the applicant kindly that there is no place this time."""
    _send(DECLINED, application)


def _send(kind, application):
    person = application.person
    mail.send(
        kind,
        to=mail.Recipient(person.email, person.name, person.language, person.pk, person.user),
        about=application,
        key=f"{kind}:{application.pk}",
    )


def _about_application(message):
    application = (
        Application.objects.select_related("person", "site__branch", "site__activity")
        .filter(pk=message.about_id)
        .first()
    )
    if application is None:
        return None
    return {
        "first_name": application.person.first_name,
        "activity": localised(application.site.activity, "title").text,
        "branch": application.site.branch,
        "contact": _contact(application.site.branch),
        "opportunities_url": mail.link("recruitment:opportunity-list"),
    }


def _interest(message):
    """None if they have been answered, or have answered, in the meantime."""
    rows = interest.unconfirmed().select_related("person", "site__branch", "site__activity")
    application = rows.filter(pk=message.about_id).first()
    if application is None:
        return None
    return {
        "first_name": application.person.first_name,
        "activity": localised(application.site.activity, "title").text,
        "branch": application.site.branch,
        "interest_url": mail.link("recruitment:interest", interest.token(application)),
        "days": policies.get(interest.ANSWERED_WITHIN),
    }


def _contact(branch):
    """Phone and e-mail of the branch, in words; "" where it has neither."""
    words = {"phone": phone(branch.phone), "email": branch.email}
    if branch.phone and branch.email:
        return _("phone %(phone)s or %(email)s") % words
    return _("phone %(phone)s") % words if branch.phone else branch.email
