"""The next step where an agreement is missing."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.queries.step import day_words, offered, step_of
from agreements.states import AgreementState
from coordination.access import Permission
from coordination.models import ClearanceKind


def agreement_step(engagement, facts):
    waiting = facts.open_agreements.get(engagement.pk)
    signed = facts.concluded.get(engagement.pk)
    if waiting is not None:
        step = _waiting_step(engagement, waiting, facts)
    elif signed is not None and signed.agreement.starts_on > facts.on:
        step = step_of(
            engagement,
            _("The agreement is signed"),
            next=_("It counts from %(day)s.") % {"day": day_words(signed.agreement.starts_on)},
        )
    else:
        step = _missing_agreement_step(engagement, signed, facts)
    return replace(
        step,
        kind=str(ClearanceKind.AGREEMENT),
        why=_("%(activity)s requires an agreement with a duty of confidentiality.")
        % {"activity": engagement.site.activity.title},
    )


def _missing_agreement_step(engagement, ended, facts):
    if ended is not None and ended.agreement.ends_on:
        text = _("The agreement ran out on %(day)s") % {"day": day_words(ended.agreement.ends_on)}
    else:
        text = _("The agreement is missing")
    if facts.own:
        return step_of(engagement, text, next=_("Your coordinator makes it and sends it to you."))
    step = step_of(engagement, text, next=_("Make the agreement and send it for signing."))
    if not facts.may(Permission.MAKE_AGREEMENTS, engagement):
        return step
    return replace(
        step,
        url=reverse("agreements:agreement-make", args=[engagement.pk]),
        action=_("Make the agreement"),
    )


def _waiting_step(engagement, coverage, facts):
    if facts.own:
        return _own_waiting_step(engagement, coverage)
    agreement = coverage.agreement
    url = reverse("agreements:agreement-detail", args=[agreement.pk])
    if agreement.state == AgreementState.DRAFT:
        step = step_of(
            engagement,
            _("The agreement is made, but not sent"),
            next=_("Look it through and send it."),
        )
        return offered(facts.may(Permission.MAKE_AGREEMENTS, engagement), step, url, _("Send it"))
    if not coverage.volunteer_has_signed:
        step = step_of(
            engagement,
            _("The agreement waits for the volunteer's signature"),
            next=_("Remind the volunteer, or register a signature on paper."),
        )
        return offered(facts.may(Permission.VIEW_AGREEMENTS, engagement), step, url, _("Open it"))
    step = step_of(
        engagement,
        _("The agreement waits for the branch leader's signature"),
        next=_("The branch leader signs it."),
    )
    if facts.may(Permission.SIGN_AGREEMENT, engagement):
        sign = reverse("agreements:agreement-sign", args=[agreement.pk])
        return replace(step, url=sign, action=_("Sign"))
    return offered(facts.may(Permission.VIEW_AGREEMENTS, engagement), step, url, _("Open it"))


def _own_waiting_step(engagement, coverage):
    agreement = coverage.agreement
    if agreement.state == AgreementState.DRAFT:
        return step_of(
            engagement,
            _("Your agreement is on its way"),
            next=_("Your coordinator sends it to you soon."),
        )
    if coverage.volunteer_has_signed:
        return step_of(
            engagement,
            _("Your agreement waits for the branch leader"),
            next=_("You have signed. You need not do anything now."),
        )
    return step_of(
        engagement,
        _("Your agreement waits for you"),
        next=_("Read it and sign it."),
        url=reverse("agreements:own-sign", args=[agreement.pk]),
        action=_("Read and sign"),
    )
