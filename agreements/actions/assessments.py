"""Decide whether an activity needs a child certificate, by three questions, and keep the reasons.

Source: domain.md 1.1-1.2 and rule 6.
"""

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import duty
from agreements.actions import terms
from agreements.models import AttestationDuty, DutyAssessment
from coordination.models import Activity
from core import audit
from core.errors import DomainError

audit.kind("duty.assessed", gettext_lazy("The need for a child certificate assessed"))


@transaction.atomic
def decide(*, activity, answers, chosen, other_reason="", legal_order="", by, **fields):
    """Write what the answers lead to, or what was chosen instead, into the terms.

    `answers` are duty.Answers. Another choice needs a reason, and the municipality's leave
    (`attestation.other_answer`). `fields` go to the terms as they are. Returns the
    DutyAssessment. Raises DomainError not_allowed, other_answer_refused, reason_missing.
    """
    activity = Activity.objects.select_related("branch").get(pk=activity.pk)
    answer = duty.answer_of(answers)
    chosen = AttestationDuty(chosen)
    if chosen not in duty.choices(answer, path=activity.branch.path):
        raise DomainError(
            _("The municipality does not allow another answer than the questions lead to."),
            code="other_answer_refused",
            field="chosen",
        )
    if chosen != answer and not other_reason:
        raise DomainError(
            _("Write why another answer was chosen."), code="reason_missing", field="other_reason"
        )
    needs_reason = chosen == AttestationDuty.DUTY and not (answers.contact or answers.among)
    if needs_reason:
        raise DomainError(
            _("It can be required only where there are children under 15."),
            code="no_children",
            field="chosen",
        )
    terms.save(
        activity=activity,
        child_certificate=chosen,
        direct_contact_under_15=answers.contact,
        moves_among_under_15=answers.among,
        legal_order=legal_order,
        by=by,
        **fields,
    )
    with translation.override("da"):
        reasoning = "\n".join(str(one) for one in duty.explanation(answers))
    assessment = DutyAssessment.objects.create(
        activity=activity,
        direct_contact=answers.contact,
        moves_among=answers.among,
        usual_tie=answers.tie,
        answer=answer,
        chosen=chosen,
        other_reason=other_reason if chosen != answer else "",
        legal_order=legal_order,
        reasoning=reasoning,
        decided_at=timezone.now(),
        decided_by=by,
    )
    audit.record(
        "duty.assessed",
        by=by,
        about=assessment,
        fields=("answer", "chosen"),
        branch_path=activity.branch.path,
    )
    return assessment
