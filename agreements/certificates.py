"""One certificate as a page shows it: where it stands, who sees what, what may be done.

Who may not assess is never told why activities with children are closed to somebody.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from django.db.models import Count, F, OuterRef, Subquery
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements import cpr
from agreements.models import Attestation, AttestationKind, AttestationRoute, HeldCpr
from agreements.states import CLOSING, AttestationState
from coordination.access import Permission, scope_of
from coordination.eligibility import coming_assignments, day_expression
from coordination.models import ClearanceKind
from core import policies
from core.workdays import add_workdays

State = AttestationState


def status_of(attestation, *, on, knows):
    """(kind of the status tag, words) on the day; `knows`: may be told the outcome itself."""
    state = attestation.state
    if state in CLOSING and not knows:
        return "error", _("Closed for activities with children")
    if attestation.consent_has_expired(on):
        return "warning", _("The time to consent ran out")
    if attestation.has_expired(on):
        return "warning", _("Run out")
    if state == State.ORDERED:
        paper = attestation.consent_until is None
        return "waiting", _("Ordered on paper") if paper else _("Waiting for consent")
    kinds = {
        State.DETAILS: "waiting",
        State.CONSENTED: "waiting",
        State.RECEIVED: "info",
        State.APPROVED: "success",
        State.EXEMPT: "info",
        State.WITHDRAWN: "neutral",
    }
    return kinds.get(state, "error"), attestation.get_state_display()


def can_ask_again(attestation, on):
    """True where a new one is the next step."""
    over = (
        attestation.consent_has_expired(on)
        or attestation.has_expired(on)
        or _runs_out_soon(attestation, on)
    )
    asked_for = attestation.route in (AttestationRoute.DIGITAL, AttestationRoute.PAPER)
    return (over and asked_for) or attestation.state in (State.DECLINED, State.NOT_APPROVED)


def _runs_out_soon(attestation, on):
    """True from the first warning on: the same days on which a new one may be asked for."""
    until = attestation.valid_until
    if attestation.state != State.APPROVED or until is None:
        return False
    return until < on + timedelta(days=policies.get("expiry.first_warning_days"))


@dataclass(frozen=True)
class Line:
    """One row of the list: the certificate, its status, and the next step in words and link."""

    attestation: Attestation
    status_kind: str
    status: str
    next: str
    action: str = ""
    url: str = ""

    @classmethod
    def of(cls, attestation, scope, on, shifts_after):
        """The Line that somebody with this Scope sees."""
        path = attestation.branch.path
        knows = scope.holds(Permission.ASSESS_ATTESTATION, path)
        may_order = scope.holds(Permission.ORDER_ATTESTATION, path)
        if attestation.state == State.DETAILS and attestation.has_cpr:
            return cls._ready(attestation, may_order)
        kind, words = status_of(attestation, on=on, knows=knows)
        action, name = _action(attestation, on, knows, may_order)
        return cls(
            attestation,
            kind,
            words,
            _next(attestation, on, shifts_after),
            action,
            reverse(f"agreements:attestation-{name}", args=[attestation.pk]) if name else "",
        )

    @classmethod
    def _ready(cls, attestation, may_order):
        """The Line of one whose CPR number is here: it waits for a list to the police."""
        line = cls(
            attestation,
            "waiting",
            _("Ready to be ordered"),
            _("The CPR number is here. It can be ordered on a list."),
        )
        if not may_order or attestation.batch_id:
            return line
        address = reverse("agreements:batch-create")
        return replace(line, action=_("Make a list of orders"), url=address)


def _action(attestation, on, may_assess, may_order):
    """(words, name of the address) of the deed that comes next, for who may do it."""
    if may_order and can_ask_again(attestation, on):
        return _("Order again"), "again"
    if attestation.state == State.DETAILS and may_order:
        return _("Write the CPR number"), "cpr"
    answered = attestation.is_at_the_police or attestation.state == State.RECEIVED
    if answered and may_assess:
        return _("Assess"), "assess"
    if attestation.is_at_the_police and may_order:
        return _("The answer is here"), "receive"
    if attestation.state == State.SUSPENDED and may_assess:
        return _("Let it count again"), "reinstate"
    return "", ""


def _next(attestation, on, shifts_after):
    state, until = attestation.state, attestation.consent_until
    if state == State.ORDERED and until is not None and until >= on:
        return days_left_words((until - on).days)
    if state == State.CONSENTED:
        return _("The answer is expected by %(day)s") % {"day": _day(expected_by(attestation))}
    if state in (State.APPROVED, State.EXEMPT) and attestation.valid_until is None:
        return _("Counts until further notice")
    if attestation.has_expired(on):
        text = _("Ran out on %(day)s") % {"day": _day(attestation.valid_until)}
    elif state in (State.APPROVED, State.EXEMPT):
        text = _("Counts until %(day)s") % {"day": _day(attestation.valid_until)}
    elif state in CLOSING:
        return _("Activities with children are closed to this volunteer.")
    else:
        return ""
    if shifts_after:
        text += " · " + _("coming shifts at risk: %(number)d") % {"number": shifts_after}
    return text


def days_left_words(days):
    """How long the consent clock runs."""
    if days == 0:
        return _("Today is the last day to consent")
    return ngettext("%d day left to consent", "%d days left to consent", days) % days


def expected_by(attestation):
    """The day by which the police normally have answered; None before the consent."""
    if attestation.consented_on is None:
        return None
    return add_workdays(attestation.consented_on, policies.get("attestation.answer_workdays"))


def shifts_after(attestations):
    """{attestation id: how many coming shifts, where one is asked for, lie after its last day}.

    Of approved ones about children that end. 1 query.
    """
    ending = [
        one.pk
        for one in attestations
        if one.state in (State.APPROVED, State.EXEMPT)
        and one.valid_until is not None
        and one.kind == AttestationKind.CHILD_CERTIFICATE
    ]
    if not ending:
        return {}
    last = Attestation.objects.filter(pk__in=ending, volunteer=OuterRef("volunteer"))
    rows = (
        coming_assignments()
        .filter(
            volunteer__attestations__in=ending,
            shift__site__activity__requirements__kind=ClearanceKind.CHILD_CERTIFICATE,
        )
        .annotate(
            on_day=day_expression("starts_at"),
            last_day=Subquery(last.order_by("-valid_until").values("valid_until")[:1]),
        )
        .filter(on_day__gt=F("last_day"))
    )
    counted = rows.values("volunteer__attestations").annotate(number=Count("pk", distinct=True))
    found = counted.values_list("volunteer__attestations", "number")
    return {pk: number for pk, number in found if pk in set(ending)}


class Case:
    """A certificate's own page, for one user."""

    def __init__(self, attestation, user, on, *, own=False):
        scope, path = scope_of(user), attestation.branch.path
        self.attestation, self.on, self.own = attestation, on, own
        self.may_order = not own and scope.holds(Permission.ORDER_ATTESTATION, path)
        self.may_assess = not own and scope.holds(Permission.ASSESS_ATTESTATION, path)
        self.may_reveal = not own and scope.holds(Permission.REVEAL_CPR, path)
        self.status_kind, self.status = status_of(attestation, on=on, knows=own or self.may_assess)

    @cached_property
    def held(self):
        """The CPR number that is held, or None. 1 query."""
        return HeldCpr.objects.filter(attestation=self.attestation).first()

    @property
    def is_ready(self):
        """True if nothing is missing any more before it can be ordered."""
        return self.attestation.state == State.DETAILS and self.held is not None

    @property
    def masked_cpr(self):
        return cpr.masked(self.held) if self.held else ""

    @property
    def expected_by(self):
        return expected_by(self.attestation)

    @property
    def consent_expired(self):
        return self.attestation.consent_has_expired(self.on)

    @property
    def days_left(self):
        """Days left of the consent clock; None where none runs."""
        until = self.attestation.consent_until
        if self.attestation.state != State.ORDERED or until is None or until < self.on:
            return None
        return (until - self.on).days

    @property
    def deeds(self):
        """[(words, address, primary)] of what this user may do now."""
        one = self.attestation
        offered = [
            (can_ask_again(one, self.on) and self.may_order, _("Order again"), "again"),
            (self._wants_number and self.may_order, self._number_words(), "cpr"),
            (self._answerable and self.may_assess, _("Assess"), "assess"),
            (one.is_at_the_police and self.may_order, _("The answer is here"), "receive"),
            (one.state == State.ORDERED and self.may_order, _("Has consented"), "consent"),
            (one.state == State.ORDERED and self.may_order, _("Does not consent"), "decline"),
            (
                one.state == State.SUSPENDED and self.may_assess,
                _("Let it count again"),
                "reinstate",
            ),
            (one.state == State.APPROVED and self.may_assess, _("Suspend"), "suspend"),
            (bool(self.held) and self.may_reveal, _("Show the CPR number"), "reveal"),
            (bool(self.held) and self.may_order, _("Delete the CPR number"), "forget"),
            (one.is_under_way and self.may_order, _("Withdraw"), "withdraw"),
        ]
        return [
            (words, reverse(f"agreements:attestation-{name}", args=[one.pk]))
            for possible, words, name in offered
            if possible
        ]

    @property
    def _answerable(self):
        return self.attestation.is_at_the_police or self.attestation.state == State.RECEIVED

    @property
    def _wants_number(self):
        return self.attestation.state == State.DETAILS and self.attestation.batch_id is None

    def _number_words(self):
        return _("Change the CPR number") if self.held else _("Write the CPR number")


def _day(value):
    return date_format(value, "DATE_FORMAT")
