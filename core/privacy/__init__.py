"""Personal data: what each field is, and export, erasure and retention from that one list.

In each app's `privacy.py`, imported by its `AppConfig.ready`:

    from core import privacy
    from core.privacy import BLANK, DELETE_ROW, KEEP, REPLACE, Operational, Personal, Sensitive

    privacy.register(
        Engagement,
        {
            "id": Operational(),
            "volunteer": Operational(),
            "note": Personal(_("Planning"), basis=privacy.PUBLIC_TASK,
                             retention="volunteers.ended", erase=BLANK),
        },
        person="volunteer",          # lookup from the row to the person's id
    )

Every concrete field of every model must be listed (`frivillig/tests/test_privacy_register.py`).
"""

from core.privacy.engine import (
    anonymise_people,
    erase,
    erase_fields,
    erasure_plan,
    export_person,
    replay,
)
from core.privacy.listing import (
    BLANK,
    CONSENT,
    CPR,
    CRIMINAL_RECORD,
    DELETE_ROW,
    KEEP,
    LEGAL_OBLIGATION,
    PUBLIC_TASK,
    REPLACE,
    SECURITY,
    Operational,
    Personal,
    Sensitive,
    before_erasure,
    find_user_with,
    refuse_erasure_while,
    register,
    registered,
    unlisted_fields,
)
from core.privacy.retention import RowRule, register_rule, rules, run

__all__ = [
    "BLANK",
    "CONSENT",
    "CPR",
    "CRIMINAL_RECORD",
    "DELETE_ROW",
    "KEEP",
    "LEGAL_OBLIGATION",
    "PUBLIC_TASK",
    "REPLACE",
    "SECURITY",
    "Operational",
    "Personal",
    "RowRule",
    "Sensitive",
    "anonymise_people",
    "before_erasure",
    "erase",
    "erase_fields",
    "erasure_plan",
    "export_person",
    "find_user_with",
    "refuse_erasure_while",
    "register",
    "register_rule",
    "registered",
    "replay",
    "rules",
    "run",
    "unlisted_fields",
]
