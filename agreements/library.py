"""The central library of texts: which template suits, and whose words a clause has.

Reading only. Writing is in `actions.templates` and `actions.local_clauses`.
"""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from agreements.models import (
    Agreement,
    AgreementTemplate,
    LegalReference,
    LocalClause,
    TemplateKind,
    TemplateVersion,
)
from agreements.parties import needs_guardian
from agreements.placeholders import LEGAL, citations, outside_frame
from agreements.states import AgreementState
from core import markdown
from core.errors import DomainError
from core.periods import today


def published():
    """Templates that have a published version."""
    versions = TemplateVersion.objects.published().values("template")
    return AgreementTemplate.objects.filter(pk__in=versions)


def suggested(engagements):
    """The template that suits the engagements, or None: the one for the young, then the one for
    those who come through an association, else what the activity's terms name. 1-2 queries.
    """
    if needs_guardian(engagements[0].volunteer.person):
        found = _of_kind(TemplateKind.YOUNG)
    elif any(one.association_id for one in engagements):
        found = _of_kind(TemplateKind.THROUGH_ASSOCIATION)
    else:
        found = None
    return found or _of_terms(engagements)


def _of_kind(kind):
    return published().filter(kind=kind).order_by("pk").first()


def _of_terms(engagements):
    terms = (getattr(one.site.activity, "terms", None) for one in engagements)
    return next((one.template for one in terms if one and one.template), None)


def own_words(template_id, branch):
    """{clause key: LocalClause} in use for the branch, the nearest branch's first. 1 query."""
    above = [int(pk) for pk in branch.path.strip("/").split("/")]
    rows = LocalClause.objects.in_use().filter(template=template_id, branch__in=above)
    nearest = sorted(rows.select_related("branch"), key=lambda row: len(row.branch.path))
    return {row.key: row for row in nearest}


def own_words_faults(clause, body, body_en=""):
    """DomainErrors: what keeps these words from standing in the place of an open clause's."""
    found = []
    longest = max(len(body), len(body_en))
    if longest > clause.local_limit:
        found.append(
            DomainError(
                _("The text has %(length)d characters; here it may have %(limit)d.")
                % {"length": longest, "limit": clause.local_limit},
                code="too_long",
                field="body",
            )
        )
    reasons = outside_frame(clause, body, body_en)
    if reasons:
        found.append(
            DomainError(
                _("The text holds a placeholder that may not be used here."),
                code="template_faults",
                field="body",
                reasons=reasons,
            )
        )
    return found


def to_sign_again(on=None):
    """Agreements in force whose template has a newer version that needs signing again, and for
    which no new one is on its way.
    """
    newer = TemplateVersion.objects.published().filter(
        resign=True, template=OuterRef("version__template"), number__gt=OuterRef("version__number")
    )
    on_its_way = Agreement.objects.filter(replaces=OuterRef("pk")).exclude(
        state=AgreementState.WITHDRAWN
    )
    rows = Agreement.objects.in_force(on or today()).filter(state=AgreementState.CONCLUDED)
    return rows.filter(Exists(newer), ~Exists(on_its_way))


def outdated(on=None):
    """[(TemplateVersion, [citation key, ...])]: published versions in use, and drafts, that cite
    what is no longer in force. 3 queries.
    """
    in_force = citations(on or today())
    known = {LEGAL + key for key in LegalReference.objects.values_list("key", flat=True)}
    current = TemplateVersion.objects.current() | TemplateVersion.objects.filter(
        published_at__isnull=True
    )
    versions = current.select_related("template").prefetch_related("clauses")
    found = [(version, _dead(version, known - set(in_force))) for version in versions]
    return [(version, dead) for version, dead in found if dead]


def _dead(version, gone):
    used = (
        name
        for clause in version.clauses.all()
        for text in (clause.heading, clause.body, clause.body_easy, clause.body_en)
        for name in markdown.placeholders(text)
    )
    return sorted({name.removeprefix(LEGAL) for name in used if name in gone})
