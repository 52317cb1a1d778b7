"""Agreements' own numbers on the compliance board: which rows, and each row's next step."""

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import batches, board, certificates, parties, queries, reminders
from agreements.models import (
    Agreement,
    Attestation,
    AttestationKind,
    Consent,
    Coverage,
    Party,
    Signature,
)
from agreements.states import AgreementState, AttestationState
from coordination.access import Permission, scope_of
from coordination.eligibility import missing_rows
from coordination.models import ClearanceKind, Engagement

DRAFT, UNSIGNED, UNSIGNED_LEADER = "agreement-draft", "agreement-unsigned", "agreement-to-sign"
UNSIGNED_GUARDIAN = "agreement-guardian"
MISSING = "agreement-missing"


def register():
    """Called once, from `AgreementsConfig.ready`."""
    for one in (*_agreement_numbers(), *_attestation_numbers(), *_other_numbers()):
        board.register(one)


def _agreement_numbers():
    shared = {"permission": Permission.VIEW_AGREEMENTS}
    on_agreements = shared | {"read": _read_agreements}
    yield board.Number(
        MISSING,
        gettext_lazy("Agreements missing"),
        board.AGREEMENTS,
        rows=_without_agreement,
        read=_read_engagements,
        lines=_missing_lines(ClearanceKind.AGREEMENT),
        help=gettext_lazy("They cannot begin, and none is being made."),
        urgent=True,
        order=10,
        **shared,
    )
    yield board.Number(
        DRAFT,
        gettext_lazy("Agreements made, not sent"),
        board.AGREEMENTS,
        rows=lambda day: Agreement.objects.filter(state=AgreementState.DRAFT),
        lines=_agreement_lines(gettext_lazy("Look it through and send it."), made="created_at"),
        order=20,
        **on_agreements,
    )
    yield board.Number(
        UNSIGNED,
        gettext_lazy("Waiting for the volunteer"),
        board.AGREEMENTS,
        rows=lambda day: _unsigned_by(*parties.FIRST_PARTIES),
        lines=_agreement_lines(
            gettext_lazy("Remind the volunteer, or register a signature on paper."), made="sent_at"
        ),
        order=30,
        **on_agreements,
    )
    yield board.Number(
        UNSIGNED_GUARDIAN,
        gettext_lazy("Waits for the guardian"),
        board.AGREEMENTS,
        rows=lambda day: _unsigned_by(Party.GUARDIAN).filter(guardian__isnull=False),
        lines=_agreement_lines(
            gettext_lazy("Remind the guardian, or register a signature on paper."), made="sent_at"
        ),
        order=35,
        **on_agreements,
    )
    yield board.Number(
        UNSIGNED_LEADER,
        gettext_lazy("Waiting for the branch leader"),
        board.AGREEMENTS,
        rows=lambda day: _unsigned_by(Party.LEADER),
        lines=_leader_lines,
        order=40,
        **on_agreements,
    )
    yield board.Number(
        "agreement-expiring",
        gettext_lazy("Agreements that run out"),
        board.AGREEMENTS,
        rows=lambda day: reminders.expiring_agreements(day, reminders.warning_days()[-1]),
        lines=_agreement_lines(gettext_lazy("Agree on whether to go on."), ends=True),
        order=50,
        **on_agreements,
    )


def _other_numbers():
    yield board.Number(
        "photos",
        gettext_lazy("Pictures to take down"),
        board.OTHER,
        permission=Permission.EDIT_PEOPLE,
        rows=lambda day: Consent.objects.to_take_down(),
        read=_read_attestations,
        lines=_photo_lines,
        help=gettext_lazy("Somebody has withdrawn their consent to pictures."),
        urgent=True,
        order=10,
    )
    yield board.Number(
        "journal",
        gettext_lazy("Not in the records system"),
        board.OTHER,
        permission=Permission.MAKE_AGREEMENTS,
        rows=lambda day: batches.to_journal(),
        read=_read_agreements,
        lines=_agreement_lines(
            gettext_lazy("Keep it in the records system, and mark it."), made="concluded_at"
        ),
        order=20,
    )


def _photo_lines(rows, day, user):
    return [
        board.Line(
            pk=row.pk,
            name=row.volunteer.person.display_name,
            where=row.branch.name,
            text=f"{row.context}: {row.places}",
            next=_("Take the pictures down, and say when it is done."),
            url=reverse("agreements:consent-take-down", args=[row.pk]),
            action=_("Taken down"),
            volunteer_id=row.volunteer_id,
        )
        for row in rows
    ]


def _attestation_numbers():
    shared = {"permission": Permission.VIEW_ATTESTATIONS}
    on_attestations = shared | {"read": _read_attestations}
    yield board.Number(
        "attestation-missing",
        gettext_lazy("Child certificates missing"),
        board.ATTESTATIONS,
        rows=_without_certificate,
        read=_read_engagements,
        lines=_missing_lines(ClearanceKind.CHILD_CERTIFICATE),
        help=gettext_lazy("They cannot be with children, and none is asked for."),
        urgent=True,
        order=10,
        **shared,
    )
    yield board.Number(
        "record-missing",
        gettext_lazy("Criminal record certificates missing"),
        board.ATTESTATIONS,
        rows=_without_record,
        read=_read_engagements,
        lines=_missing_lines(ClearanceKind.CRIMINAL_RECORD),
        help=gettext_lazy("They cannot begin, and none is asked for."),
        order=15,
        **shared,
    )
    yield board.Number(
        "attestation-details",
        gettext_lazy("Certificates to order"),
        board.ATTESTATIONS,
        rows=lambda day: Attestation.objects.filter(state=AttestationState.DETAILS),
        lines=_attestation_lines(
            lambda row, day: _asked_on(row),
            gettext_lazy(
                "Get the CPR number if it is missing, and order it on a list for the police."
            ),
        ),
        order=20,
        **on_attestations,
    )
    yield board.Number(
        "attestation-consent",
        gettext_lazy("Waiting for consent"),
        board.ATTESTATIONS,
        rows=lambda day: Attestation.objects.filter(
            state=AttestationState.ORDERED, consent_until__gte=day
        ),
        lines=_attestation_lines(
            lambda row, day: certificates.days_left_words((row.consent_until - day).days),
            gettext_lazy("The volunteer answers the police in Digital Post."),
        ),
        order=30,
        **on_attestations,
    )
    yield board.Number(
        "attestation-unanswered",
        gettext_lazy("Consent not given in time"),
        board.ATTESTATIONS,
        rows=lambda day: Attestation.objects.unanswered(day),
        lines=_attestation_lines(
            lambda row, day: _ran_out(row.consent_until),
            gettext_lazy("Talk with the volunteer, and order it again."),
        ),
        urgent=True,
        order=35,
        **on_attestations,
    )
    yield board.Number(
        "attestation-to-assess",
        gettext_lazy("Certificates to assess"),
        board.ATTESTATIONS,
        rows=lambda day: Attestation.objects.filter(state=AttestationState.RECEIVED),
        lines=_attestation_lines(
            lambda row, day: _received_on(row),
            gettext_lazy("The branch leader assesses it, and registers the outcome."),
        ),
        urgent=True,
        order=40,
        **on_attestations,
    )
    yield board.Number(
        "attestation-expiring",
        gettext_lazy("Certificates that run out"),
        board.ATTESTATIONS,
        rows=lambda day: reminders.expiring_attestations(day, reminders.warning_days()[-1]),
        lines=_attestation_lines(
            lambda row, day: _runs_out(row.valid_until), gettext_lazy("Order a new one in time.")
        ),
        order=50,
        **on_attestations,
    )
    yield board.Number(
        "threshold",
        gettext_lazy("Often with children, without a certificate"),
        board.ATTESTATIONS,
        rows=queries.crossings,
        lines=_crossing_lines,
        help=gettext_lazy("They have been with children more than the threshold."),
        urgent=True,
        order=60,
        **shared,
    )
    yield board.Number(
        "declaration",
        gettext_lazy("Associations without a declaration"),
        board.ATTESTATIONS,
        rows=queries.undeclared,
        read=lambda rows: rows.select_related("association", "site__branch"),
        lines=_declaration_lines,
        help=gettext_lazy("Their volunteers are with children."),
        about_people=False,
        order=70,
        **shared,
    )


# --- Which rows ----------------------------------------------------------------------------


def _lacking(kind, day):
    return missing_rows(Engagement.objects.not_ended(day), day).filter(required_kind=kind)


def _without_agreement(day):
    """None is being made, and none is signed that begins later: there is nothing to do then."""
    being_made = Q(agreement__state__in=(AgreementState.DRAFT, AgreementState.SENT))
    begins_later = Q(agreement__state=AgreementState.CONCLUDED, agreement__starts_on__gt=day)
    under_way = Coverage.objects.filter(being_made | begins_later, engagement=OuterRef("pk"))
    return _lacking(ClearanceKind.AGREEMENT, day).filter(~Exists(under_way))


def _without_certificate(day):
    return _lacking(ClearanceKind.CHILD_CERTIFICATE, day).filter(
        ~Exists(_asked_for().about_children())
    )


def _without_record(day):
    records = [kind for kind in AttestationKind if kind.clears == ClearanceKind.CRIMINAL_RECORD]
    return _lacking(ClearanceKind.CRIMINAL_RECORD, day).filter(
        ~Exists(_asked_for().filter(kind__in=records))
    )


def _asked_for():
    """Cases of the outer engagement's volunteer that go on; each is behind a number of its own."""
    return Attestation.objects.under_way().filter(volunteer=OuterRef("volunteer"))


def _unsigned_by(*wanted):
    signed = Signature.objects.filter(agreement=OuterRef("pk"), party__in=wanted)
    return Agreement.objects.filter(~Exists(signed), state=AgreementState.SENT)


# --- What is read along --------------------------------------------------------------------


def _read_engagements(rows):
    return rows.select_related(
        "volunteer__person", "site__branch", "site__activity__terms__template"
    ).order_by("site__branch__name", "pk")


def _read_agreements(rows):
    related = rows.select_related("branch", "volunteer__person", "association")
    return queries.with_activities(related).order_by("branch__name", "pk")


def _read_attestations(rows):
    return rows.select_related("branch", "volunteer__person").order_by("branch__name", "pk")


# --- Lines ---------------------------------------------------------------------------------


def _missing_lines(kind):
    """The steps that the volunteer's own page shows too."""

    def lines(rows, day, user):
        steps = queries.next_steps(rows, day, user)
        return [
            _missing_line(row, step) for row in rows for step in steps[row.pk] if step.kind == kind
        ]

    return lines


def _missing_line(engagement, step):
    return board.Line(
        pk=engagement.pk,
        name=engagement.volunteer.person.display_name,
        where=f"{engagement.site.activity.title}, {engagement.site.branch.name}",
        text=step.text,
        next=step.next,
        url=step.url,
        action=step.action,
        volunteer_id=engagement.volunteer_id,
    )


def _agreement_lines(next_step, *, made="", ends=False):
    def lines(rows, day, user):
        return [
            _agreement_line(
                row,
                _runs_out(row.ends_on) if ends else _since(row, made),
                next=str(next_step),
                url=reverse("agreements:agreement-detail", args=[row.pk]),
                action=_("Open it"),
            )
            for row in rows
        ]

    return lines


def _leader_lines(rows, day, user):
    found = []
    for row in rows:
        may = scope_of(user).holds(Permission.SIGN_AGREEMENT, row.branch.path)
        page = "agreements:agreement-sign" if may else "agreements:agreement-detail"
        found.append(
            _agreement_line(
                row,
                _since(row, "sent_at"),
                next=_("The branch leader signs it."),
                url=reverse(page, args=[row.pk]),
                action=_("Read and sign") if may else _("Open it"),
            )
        )
    return found


def _agreement_line(agreement, text, **step):
    titles = [one.engagement.site.activity.title for one in agreement.coverage_set.all()]
    party = agreement.other_party
    name = agreement.volunteer.person.display_name if agreement.volunteer_id else str(party)
    return board.Line(
        pk=agreement.pk,
        name=name,
        where=", ".join([*titles, agreement.branch.name]),
        text=text,
        volunteer_id=agreement.volunteer_id,
        **step,
    )


def _since(agreement, field):
    words = {
        "created_at": _("Made on %(day)s"),
        "sent_at": _("Sent on %(day)s"),
        "concluded_at": _("Signed by all on %(day)s"),
    }
    return words[field] % {"day": date_format(getattr(agreement, field), "DATE_FORMAT")}


def _runs_out(day):
    return _("Runs out on %(day)s") % {"day": date_format(day, "DATE_FORMAT")}


def _ran_out(day):
    return _("Ran out on %(day)s") % {"day": date_format(day, "DATE_FORMAT")}


def _asked_on(attestation):
    return _("Asked for on %(day)s") % {"day": date_format(attestation.opened_at, "DATE_FORMAT")}


def _received_on(attestation):
    return _("The answer came on %(day)s") % {
        "day": date_format(attestation.received_at, "DATE_FORMAT")
    }


def _attestation_lines(text, next_step):
    """Lines that open the case; `text(attestation, day)` says how it stands."""

    def lines(rows, day, user):
        return [
            board.Line(
                pk=row.pk,
                name=row.volunteer.person.display_name,
                where=row.branch.name,
                text=text(row, day),
                next=str(next_step),
                url=reverse("agreements:attestation-detail", args=[row.pk]),
                action=_("Open it"),
                volunteer_id=row.volunteer_id,
            )
            for row in rows
        ]

    return lines


def _crossing_lines(rows, day, user):
    found = []
    for row in rows:
        may = scope_of(user).holds(Permission.ORDER_ATTESTATION, row.branch.path)
        order = may and row.engagement and not row.under_way
        found.append(
            board.Line(
                pk=row.pk,
                name=row.volunteer.person.display_name,
                where=row.branch.name,
                text=_("The certificate must be here by %(day)s")
                % {"day": date_format(row.due_on, "DATE_FORMAT")},
                next=_("It is asked for. See how far it is.")
                if row.under_way
                else _("Ask for a child certificate."),
                url=reverse("agreements:attestation-order", args=[row.engagement])
                if order
                else reverse("agreements:crossing-list"),
                action=_("Order") if order else _("See the list"),
                volunteer_id=row.volunteer_id,
            )
        )
    return found


def _declaration_lines(rows, day, user):
    return [
        board.Line(
            pk=row.pk,
            name=row.association.name,
            where=row.site.branch.name,
            text=_("No declaration that counts today"),
            next=_("Ask the association for this year's declaration, and register it."),
            url=reverse("agreements:declaration-create", args=[row.association_id]),
            action=_("Register it"),
        )
        for row in rows
    ]
