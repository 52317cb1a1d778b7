"""One row for every named constraint: how to break it, starting from a valid row.

`COPIES`: a second row like the first, changed so, is refused. `CHANGES`: the row itself, changed
so, is refused. Values are what the columns get; `{"ends_on": BEFORE}` is the day before all else.
"""

from datetime import UTC, date, datetime

BEFORE = date(1990, 1, 1)
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
NEW = "new"  # a value nobody else has

COPIES = {
    "branch_one_root": {"name": NEW, "path": NEW},
    "branch_name_unique_among_siblings": {"path": NEW},
    "role_assignment_unique": {},
    "activity_title_unique_in_branch": {},
    "site_unique": {},
    "association_cvr_unique": {"name": NEW},
    "requirement_unique": {},
    "clearance_once_per_source_and_site": {},
    "clearance_once_per_source_everywhere": {},
    "engagement_one_open_per_site": {},
    "recognition_invitation_once": {},
    "assignment_once_per_shift": {"starts_at": LONG_AGO, "ends_at": NOW},
    "template_version_number_unique": {"published_at": NOW, "published_by_id": 1},
    "template_version_one_draft": {"number": 99},
    "clause_order_unique": {"key": NEW},
    "clause_key_unique": {"order": 99},
    "legal_reference_unique": {},
    "coverage_unique": {},
    "signature_one_per_party": {},
    "signature_party_known": {"party": "nonsense"},
    "signature_method_known": {
        "party": "volunteer",
        "method": "nonsense",
        "registered_by_id": 1,
    },
    "signature_registered_by_somebody": {"party": "volunteer", "method": "paper"},
    "attestation_one_order_at_a_time": {},
    "document_once_per_kind": {},
    "document_not_empty": {"kind": "signed", "size": 0},
    "document_kind_known": {"kind": "nonsense"},
    "audit_subject_unique": {},
    "access_subject_unique": {},
    "audit_seal_number_unique": {"last_id": 999_999},
    "audit_seal_range_unique": {"number": 99},
    "audit_seal_range_order": {"number": 99, "first_id": 9, "last_id": 8},
    "audit_release_unique": {},
    "job_key_unique_while_unfinished": {},
    "scheduled_run_once_per_slot": {},
    "job_result_part_once": {},
    "incident_open_once": {},
    "message_key_unique": {"message_id": NEW},
    "message_id_unique": {"key": NEW},
    "published_text_version_unique": {},
    "address_record_unique": {},
    "domain_pace_unique": {},
    "message_text_version_unique": {"published_at": NOW, "published_by_id": 1},
    "message_text_one_draft": {"version": 99},
    "message_text_one_in_use": {"version": 99},
    "message_choice_unique": {},
}

CHANGES = {
    "role_assignment_ends_after_start": {"ends_on": BEFORE},
    "role_assignment_role_known": {"role": "nonsense"},
    "activity_state_known": {"state": "nonsense"},
    "activity_kind_known": {"kind": "nonsense"},
    "activity_minimum_age_plausible": {"minimum_age": 3},
    "person_birth_year_plausible": {"birth_year": 1066},
    "person_birth_date_in_birth_year": {"birth_year": 1950, "birth_date": date(1951, 1, 1)},
    "requirement_kind_known": {"kind": "nonsense"},
    "requirement_necessity_known": {"necessity": "nonsense"},
    "clearance_ends_after_start": {"valid_until": BEFORE},
    "clearance_kind_known": {"kind": "nonsense"},
    "clearance_revoked_has_end": {"revoked_at": NOW},
    "engagement_ends_after_start": {"ends_on": BEFORE},
    "engagement_ended_at_and_by": {
        "ended_at": NOW,
        "ends_on": date(2030, 1, 1),
        "end_reason": "moved",
    },
    "engagement_end_has_last_day": {"ended_at": NOW, "ended_by_id": 1, "end_reason": "moved"},
    "engagement_end_reason_iff_ended": {"end_reason": "moved"},
    "engagement_tie_known": {"tie": "nonsense"},
    "pause_ends_after_start": {"ends_on": BEFORE},
    "recognition_event_cancelled_at_and_by": {"cancelled_at": NOW},
    "recognition_invitation_state_known": {
        "state": "nonsense",
        "answered_at": NOW,
        "answered_by_id": 1,
    },
    "recognition_invitation_answered_at_and_by": {"state": "coming", "answered_at": NOW},
    "recognition_invitation_state_matches_answer": {"state": "coming"},
    "shift_ends_after_start": {"ends_at": LONG_AGO},
    "shift_has_a_place": {"capacity": 0, "minimum": 0},
    "shift_minimum_within_capacity": {"minimum": 99},
    "shift_cancelled_at_and_by": {"state": "cancelled", "cancelled_at": NOW},
    "shift_state_matches_cancelled_at": {"state": "cancelled"},
    "assignment_ends_after_start": {"ends_at": LONG_AGO},
    "assignment_cancelled_at_and_by": {"state": "cancelled", "cancelled_at": NOW},
    "assignment_attendance_at_and_by": {"state": "attended", "attendance_at": NOW},
    "assignment_state_matches_times": {"state": "attended"},
    "template_version_published_at_and_by": {"published_at": NOW},
    "legal_reference_ends_after_start": {"valid_until": BEFORE},
    "agreement_one_other_party": {"volunteer_id": None},
    "agreement_ends_after_start": {"ends_on": BEFORE},
    "agreement_sent_at_and_by": {"state": "sent", "sent_at": NOW},
    "agreement_ended_at_and_by": {
        "state": "ended",
        "sent_at": NOW,
        "sent_by_id": 1,
        "concluded_at": NOW,
        "ended_at": NOW,
        "ends_on": date(2030, 1, 1),
    },
    "agreement_withdrawn_at_and_by": {"state": "withdrawn", "withdrawn_at": NOW},
    "agreement_state_matches_times": {"state": "concluded"},
    "coverage_ends_after_start": {"binding_from": date(2026, 1, 1), "binding_until": BEFORE},
    "attestation_kind_known": {"kind": "nonsense"},
    "attestation_assessed_at_and_by": {"state": "not_approved", "assessed_at": NOW},
    "attestation_withdrawn_at_and_by": {"state": "withdrawn", "withdrawn_at": NOW},
    "attestation_suspended_at_and_by": {"state": "suspended", "suspended_at": NOW},
    "attestation_ends_after_start": {
        "state": "approved",
        "assessed_at": NOW,
        "assessed_by_id": 1,
        "valid_from": date(2026, 1, 1),
        "valid_until": BEFORE,
    },
    "attestation_state_matches_times": {"state": "approved"},
    "terms_child_certificate_known": {"child_certificate": "nonsense"},
    "terms_duty_has_a_reason": {"child_certificate": "duty"},
    "terms_agreement_has_template": {"agreement_required": True, "template_id": None},
    "application_state_known": {"state": "nonsense", "decided_at": NOW, "decided_by_id": 1},
    "application_decided_at_and_by": {"state": "declined", "decided_at": NOW},
    "application_accepted_iff_engagement": {
        "state": "accepted",
        "decided_at": NOW,
        "decided_by_id": 1,
    },
    "application_state_matches_decision": {"state": "declined"},
    "opportunity_state_known": {"state": "nonsense"},
    "opportunity_ends_after_start": {"published_until": BEFORE},
    "user_email_lower_case": {"email": "STORE@example.dk"},
    "job_state_known": {"state": "nonsense"},
    "job_queue_known": {"queue": "nonsense"},
    "job_lease_while_running": {"state": "running"},
    "job_lease_set_together": {"lease_until": NOW},
    "job_finished_at_when_finished": {"state": "done"},
    "message_state_known": {"state": "nonsense"},
    "message_channel_known": {"channel": "nonsense"},
    "message_lease_while_sending": {"state": "sending"},
    "message_sent_at_when_sent": {"state": "sent"},
    "message_about_set_together": {"about_type": "coordination.shift"},
    "message_email_has_address": {"recipient_email": ""},
    "letter_posted_by_somebody": {"posted_at": NOW},
    "message_text_published_at_and_by": {"published_at": NOW},
    "message_text_replaced_at_and_by": {"replaced_by_id": 1},
    "message_text_replaced_after_published": {"replaced_at": NOW, "replaced_by_id": 1},
    "message_text_language_known": {"language": "xx"},
    "message_choice_known": {"wish": "nonsense"},
}

# Constraints that a migration makes because no Meta can hold them: broken in
# coordination/tests/test_overlap_guards.py and agreements/tests/test_histories.py.
EXCLUSIONS = {
    "assignment_no_overlap",
    "engagement_no_overlap",
    "pause_no_overlap",
    "coverage_one_at_a_time",
}

# What another guard of the database may refuse first, in its own words.
REFUSED_BEFORE = {
    "engagement_one_open_per_site": "engagement_no_overlap",
    "job_state_known": "job_finished_at_when_finished",
    "message_text_one_in_use": "is kept: UNIQUE row exists",
    # SQLite names the columns only, and the two share theirs.
    "message_text_one_draft": "message_text_one_in_use",
    **dict.fromkeys(
        (
            *("audit_subject_unique", "access_subject_unique", "audit_release_unique"),
            *("audit_seal_number_unique", "audit_seal_range_unique"),
            "published_text_version_unique",
        ),
        "append-only: UNIQUE row exists",
    ),
}

# Choices that no rule reads: a stray value would be shown, and nothing else.
OPEN_CHOICES = {
    "recruitment.Application.channel": "counted only",
    "agreements.SigningCode.party": "copied from a signed link, kept for a day",
    "agreements.ActivityTerms.insurance": "told, never asked",
    "coordination.Branch.kind": "a word for people",
    "coordination.Person.language": "an unknown language falls back to Danish",
    "core.AuditEvent.actor_kind": "append-only, written by one function from an enum",
    "core.AccessEvent.actor_kind": "append-only, written by one function from an enum",
    "core.AuditSeal.stream": "append-only, written by one function from an enum",
    "core.AuditRelease.stream": "append-only, written by one function from an enum",
}
