"""The next step where a certificate is missing, and what is possible."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.age import exempt_until
from agreements.models import AttestationDuty
from agreements.queries.step import day_words, offered, step_of
from agreements.states import CLOSING, AttestationState
from coordination.access import Permission
from coordination.models import ClearanceKind, Tie


def why_certificate(terms):
    """The terms' own reasons for a child certificate, as one sentence."""
    title = {"activity": terms.activity.title}
    if terms.direct_contact_under_15 and terms.moves_among_under_15:
        return (
            _(
                "In %(activity)s one has direct contact with children under 15 and is often "
                "among them."
            )
            % title
        )
    if terms.direct_contact_under_15:
        return _("In %(activity)s one has direct contact with children under 15.") % title
    if terms.moves_among_under_15:
        return _("In %(activity)s one is regularly among children under 15.") % title
    return _("In %(activity)s one may meet children under 15.") % title


def why_for(engagement):
    """Why the certificate is asked for in an engagement's activity, in the terms' words."""
    return _why(engagement)


def _why(engagement):
    terms = getattr(engagement.site.activity, "terms", None)
    return why_certificate(terms) if terms else ""


def certificate_step(engagement, facts):
    step = _own_certificate_step if facts.own else _staff_certificate_step
    return replace(
        step(engagement, facts),
        kind=str(ClearanceKind.CHILD_CERTIFICATE),
        why=_why(engagement),
    )


def _order_url(engagement):
    return reverse("agreements:attestation-order", args=[engagement.pk])


def _staff_certificate_step(engagement, facts):
    attestation = facts.attestations.get(_about_children(engagement))
    may_order = facts.may(Permission.ORDER_ATTESTATION, engagement)
    last = exempt_until(engagement.volunteer.person)
    if last is not None and facts.on <= last:
        step = step_of(
            engagement,
            _("Not needed before the 15th birthday"),
            next=_("Confirm it. From %(day)s the certificate is needed.")
            % {"day": day_words(last)},
        )
        return offered(may_order, step, _order_url(engagement), _("Confirm"))
    if attestation is not None and attestation.is_under_way:
        if not attestation.consent_has_expired(facts.on):
            return _under_way_step(engagement, attestation, facts)
    elif attestation is not None and attestation.state in CLOSING:
        return step_of(
            engagement,
            _("Activities with children are closed to this volunteer"),
            next=_("Other activities are open. The branch leader knows more."),
        )
    step = step_of(
        engagement,
        _missing_certificate_text(attestation, facts),
        next=_("Ask the volunteer for the CPR number, and order it at the police."),
    )
    return offered(may_order, step, _order_url(engagement), _("Order"))


def _missing_certificate_text(attestation, facts):
    if attestation is not None and attestation.consent_has_expired(facts.on):
        return _("The time to consent to the child certificate ran out")
    if attestation is not None and attestation.has_expired(facts.on):
        return _("The child certificate ran out on %(day)s") % {
            "day": day_words(attestation.valid_until)
        }
    return _("The child certificate is missing")


def _under_way_step(engagement, attestation, facts):
    """What is waited for, with the way to the case for who may see it."""
    text, then = _waiting_words(attestation)
    url = reverse("agreements:attestation-detail", args=[attestation.pk])
    may_see = facts.may(Permission.VIEW_ATTESTATIONS, engagement)
    return offered(may_see, step_of(engagement, text, next=then), url, _("Open it"))


def _waiting_words(attestation):
    if attestation.state == AttestationState.DETAILS:
        return (
            _("The child certificate is asked for"),
            _("The volunteer gives the CPR number on their page, or you write it for them."),
        )
    if attestation.state == AttestationState.RECEIVED:
        return _("The answer from the police is here"), _("The branch leader assesses it.")
    if attestation.state == AttestationState.CONSENTED:
        return (
            _("The volunteer has consented to the child certificate"),
            _("The answer from the police comes in some working days. Then it is assessed."),
        )
    if attestation.consent_until is None:
        return (
            _("The child certificate is ordered on paper"),
            _("The volunteer signs the form. When the answer comes, it is assessed."),
        )
    return (
        _("The child certificate is ordered"),
        _("The volunteer has until %(day)s to consent. Then the answer is assessed.")
        % {"day": day_words(attestation.consent_until)},
    )


def record_step(engagement, facts):
    """A criminal record certificate is required and not there."""
    key = (engagement.volunteer_id, ClearanceKind.CRIMINAL_RECORD)
    attestation = facts.attestations.get(key)
    under_way = attestation is not None and attestation.is_under_way
    expired = under_way and attestation.consent_has_expired(facts.on)
    if under_way and not expired:
        step = step_of(
            engagement,
            _("The criminal record certificate is on its way"),
            next=_("Open it to see what it waits for."),
        )
        url = reverse("agreements:attestation-detail", args=[attestation.pk])
        may_see = facts.may(Permission.VIEW_ATTESTATIONS, engagement)
        step = offered(may_see, step, url, _("Open it"))
    elif facts.own:
        step = step_of(
            engagement,
            _("Your criminal record certificate is missing"),
            next=_("Your coordinator tells you what to do."),
        )
    else:
        step = step_of(
            engagement,
            _("The criminal record certificate is missing"),
            next=_("Ask for it, or look at one that the volunteer shows you."),
        )
        may_order = facts.may(Permission.ORDER_ATTESTATION, engagement)
        step = offered(may_order, step, _order_url(engagement) + "?kind=record", _("Order"))
    return replace(step, kind=str(ClearanceKind.CRIMINAL_RECORD))


def _own_certificate_step(engagement, facts):
    attestation = facts.attestations.get(_about_children(engagement))
    last = exempt_until(engagement.volunteer.person)
    if last is not None and facts.on <= last:
        return step_of(
            engagement,
            _("You need no child certificate before you are 15"),
            next=_("Your coordinator confirms it."),
        )
    if attestation is not None and attestation.is_under_way:
        if not attestation.consent_has_expired(facts.on):
            return _own_under_way_step(engagement, attestation)
    elif attestation is not None and attestation.state in CLOSING:
        return step_of(
            engagement,
            _("This activity is not open to you now"),
            next=_("Talk to the branch leader. Other activities are open to you."),
        )
    return step_of(
        engagement,
        _("Your child certificate is missing"),
        next=_("Your coordinator orders it. You then consent in your Digital Post."),
    )


def _own_under_way_step(engagement, attestation):
    url = reverse("agreements:own-attestation", args=[attestation.pk])
    if attestation.state == AttestationState.DETAILS:
        return step_of(
            engagement,
            _("We need your CPR number for your child certificate"),
            next=_("Write it on your page. It is deleted when the answer is here."),
            url=url,
            action=_("Write your CPR number"),
        )
    if attestation.state == AttestationState.ORDERED and attestation.consent_until is None:
        return step_of(
            engagement,
            _("Your child certificate is ordered on paper"),
            next=_("Sign the form that you get from your coordinator."),
        )
    if attestation.state == AttestationState.ORDERED:
        return step_of(
            engagement,
            _("Your child certificate is ordered"),
            next=_("Look in your Digital Post and answer the police no later than %(day)s.")
            % {"day": day_words(attestation.consent_until)},
            url=url,
            action=_("I have answered"),
        )
    return step_of(
        engagement,
        _("Your child certificate is on its way"),
        next=_("You need not do anything now."),
    )


def _about_children(engagement):
    return engagement.volunteer_id, ClearanceKind.CHILD_CERTIFICATE


def is_optional(engagement, facts):
    """A certificate may be asked for, and there is none: an option for staff to weigh."""
    if facts.own or engagement.volunteer_id in facts.attested:
        return False
    terms = getattr(engagement.site.activity, "terms", None)
    if terms is None or terms.child_certificate == AttestationDuty.NOT_RELEVANT:
        return False
    return terms.child_certificate == AttestationDuty.OPTION or engagement.tie != Tie.FIXED


def optional_step(engagement, facts):
    attestation = facts.attestations.get(_about_children(engagement))
    if (
        attestation is not None
        and attestation.is_under_way
        and not attestation.consent_has_expired(facts.on)
    ):
        step = _under_way_step(engagement, attestation, facts)
    else:
        may_order = facts.may(Permission.ORDER_ATTESTATION, engagement)
        step = offered(may_order, _option(engagement), _order_url(engagement), _("Order"))
    return replace(
        step, kind=str(ClearanceKind.CHILD_CERTIFICATE), why=_why(engagement), blocking=False
    )


def _option(engagement):
    required_from = engagement.volunteer.child_certificate_from
    if required_from is not None:
        return step_of(
            engagement,
            _("The volunteer is often with children: a child certificate is needed"),
            next=_("Order it. From %(day)s they cannot be with children without it.")
            % {"day": day_words(required_from)},
        )
    return step_of(
        engagement,
        _("A child certificate is possible, not required"),
        next=_("You may order one. It becomes a duty if the volunteer comes often."),
    )
