"""The agreement as text: what it says now (preview), and frozen as PDF when it is sent.

Nothing here writes. The frozen HTML is what the signed document's pages are set from again, and
what is shown to the one who signs; the bytes of the PDF are what the hash and signatures name.
"""

import base64
from dataclasses import dataclass

import structlog
from django.utils import timezone, translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from agreements import changes, library, parties, placeholders, verification
from agreements.models import (
    Agreement,
    AttestationDuty,
    Channel,
    Document,
    DocumentKind,
    Insurance,
    Party,
    SigningMethod,
)
from coordination.models import Engagement, Site, Tie
from core import files, mail, pdf, pdf_seal, policies
from core.errors import DomainError
from core.periods import day_of, today
from core.templatetags.ui import day as day_text

TITLE = "Samarbejdsaftale"
ROLES = {
    Party.VOLUNTEER: "Frivillig",
    Party.GUARDIAN: "Værge",
    Party.ASSOCIATION: "For foreningen",
    Party.LEADER: "Leder",
}
CHANNELS = {Channel.EMAIL: "e-mail"}
TEMPLATE = "pdf/agreement.html"

log = structlog.get_logger(__name__)

WORDS = {
    "da": {
        "leader": "lederen af %s",
        "colleague": "en anden medarbejder på %s",
        "no_end": "indtil en af os siger stop",
        "until": "til og med %s",
        "directly": "direkte til %s",
        "through": "gennem %s",
        "our_dpo": "kommunens databeskyttelsesrådgiver",
        "and": " og ",
        "as_agreed": "de aktiviteter, vi aftaler",
        "no_cvr": "foreningen har ikke noget CVR-nummer",
    },
    "en": {
        "leader": "the manager of %s",
        "colleague": "another member of staff at %s",
        "no_end": "until one of us ends it",
        "until": "until and including %s",
        "directly": "directly with %s",
        "through": "through %s",
        "our_dpo": "the municipality's data protection officer",
        "and": " and ",
        "as_agreed": "the activities that we agree on",
        "no_cvr": "the association has no CVR number",
    },
}


@dataclass(frozen=True)
class Text:
    """An agreement's text as HTML and as PDF, with the PDF's SHA-256."""

    source: str
    content: bytes

    @property
    def sha256(self):
        return pdf.sha256(self.content)


def loaded(agreement_id):
    """The agreement with all that its text needs, the engagements it is about as `about` and the
    branch's own words as `own_words`. 5 queries.
    """
    agreement = (
        Agreement.objects.select_related(
            *("branch", "volunteer__person", "association", "guardian", "contact"),
            "version__template",
        )
        .prefetch_related("version__clauses")
        .get(pk=agreement_id)
    )
    agreement.about = list(_about(agreement))
    agreement.own_words = library.own_words(agreement.version.template_id, agreement.branch)
    return agreement


def _about(agreement):
    """The engagements it covers; of a partner those through the association at this branch."""
    rows = Engagement.objects.select_related(
        *("association", "site__branch", "site__activity__contact"),
        *("site__activity__deputy", "site__activity__terms"),
    ).order_by("site__activity__title", "pk")
    if agreement.association_id is None:
        return rows.filter(coverages__agreement=agreement)
    below = rows.filter(site__branch__path__startswith=agreement.branch.path)
    return below.filter(association=agreement.association).not_ended(today())


# --- The text ------------------------------------------------------------------------------


def source(agreement):
    """The whole document as HTML; the same rows on the same day give the same text."""
    with translation.override("da"):
        return pdf.source(TEMPLATE, _context(agreement), title=TITLE)


def render(agreement):
    """The text as it is now, frozen by whoever stores it. Slow: some 300 ms.

    Raises DomainError("not_rendered") where the renderer fails: what it says is for the log.
    """
    html = source(agreement)
    try:
        return Text(html, pdf.render_html(html, identifier=agreement.number))
    except Exception as error:
        log.exception("agreement_not_rendered", agreement_id=agreement.pk)
        raise DomainError(
            _(
                "The document could not be made just now. Nothing was sent or changed. Try again "
                "in a while, and tell those who look after the system if it goes on."
            ),
            code="not_rendered",
        ) from error


def clauses(agreement, language="da", *, easy=False):
    """[{key, heading, html, lang}] in the language, or in easy Danish; the Danish text that binds
    where a clause has none such. A branch's own words take the place of an open clause's.
    """
    with translation.override(language):
        values = values_of(agreement, language)
        return [
            _clause(clause, agreement.own_words.get(clause.key), values, easy)
            for clause in agreement.version.clauses.all()
        ]


def _clause(clause, own, values, easy):
    if own is not None and not clause.locked:
        variants = {"en": (clause.heading_en, own.body_en), "easy": ("", "")}
        binding = own.body
    else:
        variants = {
            "en": (clause.heading_en, clause.body_en),
            "easy": (clause.heading_easy, clause.body_easy),
        }
        binding = clause.body
    heading, body = variants.get("easy" if easy else values.language, ("", ""))
    return {
        "key": clause.key,
        "heading": (body and heading) or clause.heading,
        "html": placeholders.html(body or binding, values),
        "lang": values.language if body else "da",
    }


def english_of(agreement):
    """The clauses in English, for information, when the reader's language is English; else None.

    Made from the activity's terms as they are now: the frozen Danish text is the one that binds.
    """
    if translation.get_language() != "en":
        return None
    return clauses(loaded(agreement.pk), "en")


def easy_of(agreement):
    """The clauses in easy Danish, for information; None where the template has no easy text."""
    agreement = loaded(agreement.pk)
    if not any(clause.body_easy for clause in agreement.version.clauses.all()):
        return None
    return clauses(agreement, easy=True)


EASY, ENGLISH = "easy", "en"
FOR_INFORMATION = {
    EASY: ("da", "Samarbejdsaftalen, let at læse", "let"),
    ENGLISH: ("en", "Volunteer agreement in English", "english"),
}


def information(agreement_id, variant):
    """(PDF bytes, file name) of the text in easy Danish or in English, to hand out with the paper.

    For information, and it says so: made from the terms as they are now, stored nowhere.
    """
    language, title, suffix = FOR_INFORMATION[variant]
    agreement = loaded(agreement_id)
    context = _letterhead(agreement) | {
        "number": agreement.number,
        "variant": variant,
        "party": str(agreement.other_party),
        "clauses": clauses(agreement, language, easy=variant == EASY),
    }
    content = pdf.render(
        "pdf/information.html",
        context,
        title=title,
        identifier=f"{agreement.number}-{suffix}",
        language=language,
    )
    return content, f"aftale-{agreement.number}-{suffix}.pdf"


def changes_of(agreement):
    """What changed since the agreement that this one replaces was signed, as Changes; empty when
    it replaces none, or is not frozen yet. 1 query.
    """
    if agreement.replaces_id is None:
        return []
    pair = (agreement.pk, agreement.replaces_id)
    texts = Document.objects.filter(agreement__in=pair, kind=DocumentKind.TEXT)
    sources = dict(texts.values_list("agreement", "source"))
    if len(sources) < len(pair):
        return []
    old, new = (changes.of_source(sources[pk]) for pk in reversed(pair))
    return changes.between(old, new)


def text_for_page(document):
    """The frozen text's own HTML for a page on the site, without letterhead and title.

    Safe here and only here: it was made by our template from escaped values and cleaned
    Markdown, and the database refuses to change it.
    """
    body = document.source.partition("<main>")[2].rpartition("</main>")[0]
    return mark_safe(body.partition("</h1>")[2])  # noqa: S308


def _context(agreement):
    person = agreement.other_party
    return {
        **_letterhead(agreement),
        "lead": f"Mellem {person} og {agreement.branch.name}."
        + (f" Den afløser aftale {agreement.replaces.number}." if agreement.replaces else ""),
        "facts": _facts(agreement),
        "clauses": clauses(agreement),
        "paper_parties": [_paper_party(agreement, one) for one in parties.required(agreement)],
    }


def _letterhead(agreement):
    logo = files.current("municipality.logo")
    return {
        "sender": policies.get("municipality.name"),
        "sender_unit": agreement.branch.name,
        "logo": f"data:{logo.content_type};base64,{_base64(logo.content)}" if logo else "",
        "logo_alt": policies.get("municipality.name"),
        "reference": f"Aftale {agreement.number}",
        "edition": f"{agreement.version.template} {agreement.version.number}.0 · "
        f"lavet {day_text(day_of(agreement.created_at))}",
    }


def _paper_party(agreement, party):
    if party == Party.LEADER:
        return {"role": f"For {agreement.branch.name}", "name": ROLES[party]}
    return {"role": ROLES[party], "name": str(parties.person_of(agreement, party))}


def _base64(content):
    return base64.b64encode(bytes(content)).decode()


def _facts(agreement):
    values = values_of(agreement).simple
    facts = [
        *_who(agreement, values),
        ("Aktivitet", values["activity_title"], ""),
        ("Sted", values["branch_name"], agreement.branch.address),
        ("Kontaktperson", values["contact_name"], values["contact_details"]),
        ("Begynder", values["starts_on"], ""),
        ("Gælder", values["ends_on"], ""),
    ]
    return [{"label": label, "value": value, "detail": detail} for label, value, detail in facts]


def _who(agreement, values):
    if agreement.association_id:
        yield ("Forening", values["association_name"], f"CVR: {values['association_cvr']}")
        yield ("Foreningens kontaktperson", values["association_contact"], "")
        return
    yield ("Frivillig", values["volunteer_name"], "")
    if agreement.guardian:
        yield ("Værge", values["guardian_name"], "")
    yield ("Tilknyttet", values["tie"], "")


# --- What goes into the text ---------------------------------------------------------------


def values_of(agreement, language="da"):
    """The placeholders' Values of an agreement from `loaded`. 1 query for the laws."""
    engagements = agreement.about
    terms = list(dict.fromkeys(_terms(engagement) for engagement in engagements))
    simple = _simple(agreement, engagements, [one for one in terms if one], WORDS[language])
    return placeholders.Values(
        simple=simple | placeholders.citations_or_last(today(), language),
        lists={
            "may": _lines(terms, "may"),
            "may_not": _lines(terms, "may_not"),
            "refer": _lines(terms, "refer_to_staff"),
        },
        phrases={
            "insurance": f"insurance_{_insurance(terms)}",
            "attestation": f"attestation_{_attestation(engagements)}",
        },
        notes={"insurance": _notes(terms)},
        language=language,
    )


def _notes(terms):
    return list(dict.fromkeys(one.insurance_note for one in terms if one and one.insurance_note))


def _simple(agreement, engagements, terms, words):
    activities = list(dict.fromkeys(engagement.site.activity for engagement in engagements))
    branch = agreement.branch.name
    contact = next((one.contact for one in activities if one.contact), None)
    deputy = next((one.deputy for one in activities if one.deputy), None)
    association = next((one.association for one in engagements if one.association), None)
    recipient = next(
        (one.notification_recipient for one in terms if one.notification_recipient), ""
    )
    until = words["until"] % day_text(agreement.ends_on) if agreement.ends_on else words["no_end"]
    return {
        "municipality": policies.get("municipality.name"),
        "branch_name": branch,
        "activity_title": _joined([one.title for one in activities], words)
        if activities
        else words["as_agreed"],
        "activity_purpose": "\n".join(one.purpose for one in activities if one.purpose),
        "volunteer_name": str(agreement.other_party),
        "guardian_name": str(agreement.guardian or ""),
        "association_name": str(agreement.association or association or ""),
        "association_cvr": (agreement.association and agreement.association.cvr) or words["no_cvr"],
        "association_contact": str(agreement.contact or ""),
        "consent_days": str(policies.get("attestation.consent_days")),
        "contact_name": contact.get_full_name() if contact else words["leader"] % branch,
        "contact_details": contact.email if contact else "",
        "deputy_name": deputy.get_full_name() if deputy else words["colleague"] % branch,
        "starts_on": day_text(agreement.starts_on),
        "ends_on": until,
        "tie": words["through"] % association if association else words["directly"] % branch,
        "notification_recipient": recipient or words["leader"] % branch,
        "dpo_contact": policies.get("municipality.dpo_contact") or words["our_dpo"],
        "privacy_url": policies.get("agreements.privacy_url")
        or mail.link("recruitment:privacy-notice"),
    }


def _joined(names, words):
    *first, last = names
    return words["and"].join([", ".join(first), last]) if first else last


def _terms(engagement):
    return getattr(engagement.site.activity, "terms", None)


def _lines(terms, field):
    lines = (line.strip() for one in terms if one for line in getattr(one, field).splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def _insurance(terms):
    """The most careful of the covered activities' answers."""
    answers = {one.insurance if one else Insurance.TO_BE_SETTLED for one in terms}
    careful = (Insurance.TO_BE_SETTLED, Insurance.NOT_COVERED, Insurance.COVERED)
    return next((str(answer) for answer in careful if answer in answers), Insurance.TO_BE_SETTLED)


def _attestation(engagements):
    """The strictest of the answers; a duty is an option for an occasional tie."""
    answers = {duty_of(engagement) for engagement in engagements}
    strict = (AttestationDuty.DUTY, AttestationDuty.OPTION)
    return next((str(one) for one in strict if one in answers), str(AttestationDuty.NOT_RELEVANT))


def duty_of(engagement):
    """Whether the child certificate is a duty, an option or not relevant for this tie."""
    terms = _terms(engagement)
    if terms is None:
        return AttestationDuty.NOT_RELEVANT
    if terms.child_certificate == AttestationDuty.DUTY and engagement.tie != Tie.FIXED:
        return AttestationDuty.OPTION
    return AttestationDuty(terms.child_certificate)


# --- The handbook --------------------------------------------------------------------------


def handbook(activity, branch):
    """An activity's terms as safe HTML in the reader's language, from texts/handbook: what one
    may and may not do, whom to ask, and what is insured. 1 query.
    """
    site = Site(activity=activity, branch=branch)
    example = Agreement(branch=branch, starts_on=today())
    example.about = [Engagement(site=site)]
    language = "en" if translation.get_language() == "en" else "da"
    return placeholders.html(
        placeholders.text_file("handbook", language), values_of(example, language)
    )


# --- The signed document -------------------------------------------------------------------


def signed(agreement, code):
    """The signed document as PDF bytes, from the frozen text and the signatures, with the short
    code on it and the seal put on last. Slow.
    """
    text = agreement.documents.get(kind=DocumentKind.TEXT)
    with translation.override("da"):
        rows = agreement.signatures.select_related("registered_by", "evidence")
        context = {
            "reference": f"Aftale {agreement.number}",
            "signatures": [_signature(one) for one in rows],
            "has_addresses": any(one.sent_to_sha256 for one in rows),
            "code": verification.shown(code),
            "verify_url": verification.address(code),
            "qr_code": verification.qr_code(code),
        }
    content = pdf.signed_document(
        text.source, bytes(text.content), context, identifier=f"{agreement.number}/signed"
    )
    return pdf_seal.apply(content)


def _signature(signature):
    shown = {"role": ROLES[signature.party], "name": signature.signer_name}
    if signature.method == SigningMethod.PAPER:
        clerk = signature.registered_by.get_full_name()
        return shown | {
            "method": f"På papir, registreret af {clerk}",
            "signed_on": signature.signed_on,
        }
    method = "Logget ind i systemet"
    if signature.method == SigningMethod.LINK:
        channel = CHANNELS[signature.channel]
        method = f"Link og engangskode, koden sendt med {channel} til {signature.sent_to}"
        shown["address_sha256"] = signature.sent_to_sha256
    if signature.method == SigningMethod.MITID:
        method = f"MitID, bekræftet af {signature.evidence.issuer}"
    return shown | {"method": method, "signed_at": timezone.localtime(signature.recorded_at)}


def file_name(document):
    """A name for the downloaded file, without anything about the person."""
    kind = _("signed") if document.kind == DocumentKind.SIGNED else _("text")
    return f"aftale-{document.agreement.number}-{kind}.pdf"
