"""The mails of coordination to volunteers and staff: one function per message."""

from datetime import timedelta

from django.utils import timezone

from coordination import addressees, wording
from coordination.audiences import GROUP_NEWS, GROUP_WORK, kind_of
from coordination.models import (
    Assignment,
    Engagement,
    GroupMessage,
    Person,
    RecognitionInvitation,
    RoleAssignment,
)
from coordination.states import AssignmentState, InvitationState
from core import mail, mailbody, policies
from core.channels import bounces
from core.localised import localised
from core.markdown import PLACEHOLDER
from core.models import AddressRecord, Channel
from core.periods import day_of, today
from core.templatetags.ui import period

WELCOME = "coordination.welcome"
DATA_NOTICE = "coordination.data_notice"
EMAIL_CHANGED = "coordination.email_changed"
STAFF_INVITED = "coordination.staff_invited"
SHIFT_REMINDER = "coordination.shift_reminder"
SHIFT_CHANGED = "coordination.shift_changed"
SHIFT_CANCELLED = "coordination.shift_cancelled"
RELEASED = "coordination.assignment_released"
PLACE_OFFERED = "coordination.place_offered"
PLACE_ANSWER = "coordination.place_answer"
RECOGNITION_INVITED = "coordination.recognition_invited"
RECOGNITION_CANCELLED = "coordination.recognition_cancelled"
ADDRESS_MARKED = "coordination.address_marked"

# To the very address that was asked about; and what is over before a letter comes.
ONLY_MAIL, NO_LETTER = (Channel.EMAIL,), (Channel.EMAIL, Channel.SMS)

# Why a place was freed: the shift moved, the engagement ended or rests, staff did it, or whoever
# had to say yes again to a changed shift did not in time.
WHYS = MOVED, ENDED, PAUSED, BY_STAFF, UNANSWERED = (
    *("moved", "ended", "paused", "by_staff"),
    "unanswered",
)
# What staff said to somebody who asked or waited: yes, no, wait in line, or no longer in line.
ANSWERS = YES, NO, WAIT, OFF = "yes", "no", "wait", "off"


def register():
    """Called once, from `CoordinationConfig.ready`."""
    wording.name_groups()
    mail.register(WELCOME, context=_welcome_context, **wording.WELCOME)
    mail.register(DATA_NOTICE, context=_data_notice_context, **wording.DATA_NOTICE)
    mail.register(
        EMAIL_CHANGED, context=_email_changed_context, ways=ONLY_MAIL, **wording.EMAIL_CHANGED
    )
    mail.register(STAFF_INVITED, context=_invitation_context, **wording.STAFF_INVITED)
    _register_shifts()
    mail.register(GROUP_WORK, context=_group_context, load=_groups, **wording.GROUP_WORK)
    mail.register(GROUP_NEWS, context=_group_context, load=_groups, **wording.GROUP_NEWS)
    mail.register(ADDRESS_MARKED, context=_address_context, **wording.ADDRESS_MARKED)
    bounces.tell(send_address_marked)
    mail.register(RECOGNITION_INVITED, context=_recognition_context, **wording.RECOGNITION_INVITED)
    mail.register(
        RECOGNITION_CANCELLED,
        context=_recognition_cancelled_context,
        **wording.RECOGNITION_CANCELLED,
    )


def _register_shifts():
    mail.register(
        SHIFT_REMINDER,
        context=_reminder_context,
        load=assignments,
        ways=NO_LETTER,
        **wording.SHIFT_REMINDER,
    )
    mail.register(
        SHIFT_CHANGED, context=_changed_context, load=assignments, **wording.SHIFT_CHANGED
    )
    mail.register(
        SHIFT_CANCELLED, context=_cancelled_context, load=assignments, **wording.SHIFT_CANCELLED
    )
    mail.register(RELEASED, context=_released_context, load=assignments, **wording.RELEASED)
    mail.register(
        PLACE_OFFERED,
        context=_offer_context,
        load=assignments,
        ways=NO_LETTER,
        **wording.PLACE_OFFERED,
    )
    mail.register(PLACE_ANSWER, context=_answer_context, load=assignments, **wording.PLACE_ANSWER)


def send_welcome(engagement):
    """Tell the person that they are accepted, and how to sign in."""
    person = engagement.volunteer.person
    return mail.send(
        WELCOME,
        to=recipient(person),
        about=engagement,
        key=f"{WELCOME}:{engagement.pk}",
    )


def send_data_notice(person):
    """Tell somebody whom staff have typed in what is kept about them, and their rights.

    Source: GDPR art. 14; within a month, here at once. By letter where there is no e-mail; the
    page also asks the coordinator to tell them.
    """
    return mail.send(
        DATA_NOTICE, to=recipient(person), about=person, key=f"{DATA_NOTICE}:{person.pk}"
    )


def send_email_changed(person, *, old):
    """Tell the address we used until now that we write to another one from here on.

    Links to sign and their codes follow the person's address: whoever did not ask for the change
    must hear of it. The new address is not told.
    """
    return mail.send(
        EMAIL_CHANGED,
        to=mail.Recipient(
            email=old, name=person.name, language=person.language, person_id=person.pk
        ),
        about=person,
    )


def send_invitation(assignment):
    """Tell a new member of staff that they have access, and how to sign in."""
    user = assignment.user
    return mail.send(
        STAFF_INVITED,
        to=mail.Recipient(email=user.email, name=user.name, language=user.language, user=user),
        about=assignment,
        key=f"{STAFF_INVITED}:{assignment.pk}",
    )


def recipient(person):
    """The Recipient of messages to a person."""
    return mail.Recipient(
        email=person.email, name=person.name, language=person.language, person_id=person.pk
    )


def _welcome_context(message):
    engagement = (
        Engagement.objects.not_ended(today())
        .select_related("volunteer__person__user", "site__activity", "site__branch")
        .filter(pk=message.about_id)
        .first()
    )
    if engagement is None:
        return None
    person = engagement.volunteer.person
    return {
        "first_name": person.first_name,
        "activity": localised(engagement.site.activity, "title").text,
        "branch": engagement.site.branch,
        "starts_on": engagement.starts_on,
        "has_sign_in": person.user_id is not None,
        "sign_in_url": mail.link("account_login"),
    }


def _data_notice_context(message):
    person = Person.objects.filter(pk=message.about_id, anonymised_at__isnull=True).first()
    if person is None:
        return None
    return {
        "first_name": person.first_name,
        "municipality_address": policies.get("municipality.address"),
        "municipality_email": policies.get("municipality.email"),
        "dpo_contact": policies.get("municipality.dpo_contact"),
    }


def _email_changed_context(message):
    """Lost its sense where the person is gone, or the address is theirs again."""
    person = Person.objects.filter(pk=message.about_id, anonymised_at__isnull=True).first()
    if person is None or person.email == message.recipient_email:
        return None
    return {
        "first_name": person.first_name,
        "municipality_email": policies.get("municipality.email"),
    }


def _invitation_context(message):
    assignment = (
        RoleAssignment.objects.select_related("user", "branch").filter(pk=message.about_id).first()
    )
    if assignment is None or not assignment.user.is_active:
        return None
    return {
        "first_name": assignment.user.get_short_name(),
        "role": assignment.get_role_display(),
        "branch": assignment.branch,
        "sign_in_url": mail.link("account_login"),
    }


# --- Shifts --------------------------------------------------------------------------------


def send_changed(assignments, *, event):
    """Tell those who are on a shift that its time or place is another. Few queries for any number.

    `event` is the audit event of the change: each change is told once.
    """
    return _send_about(SHIFT_CHANGED, assignments, event=event)


def send_shift_cancelled(assignments, *, event):
    """Tell those who were on a shift that it is cancelled."""
    return _send_about(SHIFT_CANCELLED, assignments, event=event)


def send_released(assignments, *, why, event):
    """Tell those who were taken off a shift, and why (one of WHYS)."""
    return _send_about(RELEASED, assignments, event=event, why=why)


def send_offer(assignment, *, event):
    """Tell somebody in the line that a place is held for them, and until when."""
    return _send_about(PLACE_OFFERED, [assignment], event=event)


def send_answer(assignment, *, answer, event):
    """Tell somebody who asked or waited what a coordinator said (YES, NO, WAIT or OFF)."""
    return _send_about(PLACE_ANSWER, [assignment], event=event, answer=answer)


def _send_about(kind, assignments, *, event, **params):
    return mail.send_many(
        mail.Draft(
            kind=kind,
            to=recipient(assignment.volunteer.person),
            about=assignment,
            key=f"{kind}:{assignment.pk}:{event.pk}",
            params=params,
            urgent=is_soon(assignment),
        )
        for assignment in assignments
    )


def is_soon(assignment):
    """Whoever is expected within a day hears of it at once, also at night. `assignment`: anything
    with a shift."""
    return assignment.shift.starts_at - timezone.now() < timedelta(days=1)


def assignments(messages):
    """{message pk: the Assignment it is about, with all that its text tells}. 1 query."""
    rows = Assignment.objects.select_related(
        "volunteer__person", "shift__site__activity", "shift__site__branch"
    )
    return mail.by_about(rows, messages)


def shift_context(assignment):
    """What every text about somebody's shift tells."""
    shift = assignment.shift
    place = shift.place or shift.site.place
    return {
        "first_name": assignment.volunteer.person.first_name,
        "what": _what(assignment),
        "day": shift.day,
        "time": period(shift.starts_at, shift.ends_at),
        "branch": shift.site.branch,
        "where": ", ".join(filter(None, [shift.site.branch.name, place])),
        "note": shift.note,
        "own_shifts_url": mail.link("coordination:own-shift-list"),
    }


def _what(assignment):
    """The shift's title, or the activity's, with the role if there is one."""
    shift = assignment.shift
    title = shift.title or localised(shift.site.activity, "title").text
    return f"{title}, {assignment.role}" if assignment.role else title


def _reminder_context(message):
    """None if they are no longer on the shift, it has begun, or it was moved to another day."""
    assignment = booked_and_coming(message)
    if assignment is None or assignment.shift.day.isoformat() != message.params["day"]:
        return None
    return shift_context(assignment)


def _changed_context(message):
    """None if they are no longer on the shift: another message has told them."""
    assignment = booked_and_coming(message)
    return None if assignment is None else shift_context(assignment)


def booked_and_coming(message):
    """The Assignment the message is about, or None if they are off the shift or it has begun."""
    assignment = mail.matter(message)
    if assignment is None or assignment.state != AssignmentState.BOOKED:
        return None
    return None if assignment.shift.starts_at <= timezone.now() else assignment


def _cancelled_context(message):
    assignment = mail.matter(message)
    return None if assignment is None else shift_context(assignment)


def _released_context(message):
    """None if they have signed up for the same shift again in the meantime."""
    assignment = mail.matter(message)
    if assignment is None:
        return None
    again = Assignment.objects.holding_a_place().filter(
        shift=assignment.shift_id, volunteer=assignment.volunteer_id
    )
    if again.exists():
        return None
    return shift_context(assignment) | {
        "starts_at": assignment.starts_at,
        "day": day_of(assignment.starts_at),
        **{why: why == message.params["why"] for why in WHYS},
    }


def _offer_context(message):
    """None if the offer has been answered, its time is up, or it was made anew."""
    assignment = mail.matter(message)
    if assignment is None or not assignment.has_offer(timezone.now()):
        return None
    return shift_context(assignment) | {
        "answer_by": assignment.offer_until,
        "answer_url": mail.link("coordination:own-place", assignment.pk),
    }


def _answer_context(message):
    """None if the shift has begun: nobody needs the answer any more."""
    assignment = mail.matter(message)
    if assignment is None or assignment.shift.starts_at <= timezone.now():
        return None
    return shift_context(assignment) | {
        answer: answer == message.params["answer"] for answer in ANSWERS
    }


# --- Recognition ---------------------------------------------------------------------------


def send_recognition_invitations(invitations):
    """Invite these volunteers to a recognition event, each once. Few queries for any number."""
    return _send_about_invitations(RECOGNITION_INVITED, invitations)


def send_recognition_cancelled(invitations):
    """Tell these volunteers that the event they said yes to is cancelled."""
    return _send_about_invitations(RECOGNITION_CANCELLED, invitations)


def _send_about_invitations(kind, invitations):
    return mail.send_many(
        mail.Draft(
            kind=kind,
            to=recipient(invitation.volunteer.person),
            about=invitation,
            key=f"{kind}:{invitation.pk}",
        )
        for invitation in invitations
    )


def _recognition_context(message):
    """None if it is cancelled or over, or has been answered already."""
    invitation = _invitation(message)
    if invitation is None or invitation.state != InvitationState.INVITED:
        return None
    event = invitation.event
    if event.cancelled_at is not None or event.starts_at <= timezone.now():
        return None
    return _event_context(invitation) | {
        "answer_url": mail.link("coordination:own-invitation-answer", invitation.pk)
    }


def _recognition_cancelled_context(message):
    invitation = _invitation(message)
    return None if invitation is None else _event_context(invitation)


def _invitation(message):
    return (
        RecognitionInvitation.objects.select_related("event__branch", "volunteer__person")
        .filter(pk=message.about_id)
        .first()
    )


def _event_context(invitation):
    event = invitation.event
    return {
        "first_name": invitation.volunteer.person.first_name,
        "starts_at": event.starts_at,
        "place": event.place,
        "reply_by": event.reply_by,
        "title": localised(event, "title").text,
        "description": localised(event, "description").text,
        "branch": event.branch,
    }


# --- Group messages and addresses ----------------------------------------------------------


def send_group_message(group, people):
    """A row for each of these people. Few queries for any number."""
    kind = kind_of(group)
    return mail.send_many(
        mail.Draft(
            kind=kind,
            to=recipient(person),
            about=group,
            key=f"group:{group.pk}:{person.pk}",
            not_before=group.goes_at,
        )
        for person in people
    )


def send_address_marked(record):
    """Tell the coordinators of the person's branches that mails to them come back. Once."""
    if record.person_id is None:
        return 0
    paths = Engagement.objects.not_ended(today()).filter(volunteer=record.person_id)
    paths = set(paths.values_list("site__branch__path", flat=True))
    coordinators = addressees.coordinators()
    staff = {user.pk: user for path in paths for user in coordinators(path)}
    event = f"{record.marked_at:%Y%m%d%H%M%S}"
    return addressees.tell(staff.values(), kind=ADDRESS_MARKED, about=record, event=event)


def _groups(messages):
    """{message pk: (the GroupMessage, the Person)}; without those taken back or gone. 2 queries."""
    sent = GroupMessage.objects.select_related("branch", "written_by")
    sent = sent.filter(undone_at__isnull=True)
    people = Person.objects.filter(anonymised_at__isnull=True)
    found = mail.by_about(sent, messages)
    people = people.in_bulk({message.person_id for message in messages})
    return {
        message.pk: (found[message.pk], people[message.person_id])
        for message in messages
        if message.pk in found and message.person_id in people
    }


def _group_context(message):
    """None if it was taken back, or whoever gets it is gone."""
    found = mail.matter(message)
    return None if found is None else group_context(*found)


def group_preview(group, person):
    """What this person would read: subject, blocks (`core/mailbody.py`), and who answers go to."""
    message = mail.prepared(kind_of(group), to=recipient(person), about=group)
    context = group_context(group, person)
    written = mailbody.write(message, context)
    blocks = list(mailbody.blocks(written.content))
    return {"subject": written.subject, "blocks": blocks, "reply_to": context["reply_to"]}


def group_context(group, person):
    """What the text of a group message to one person holds."""
    words = {"first_name": person.first_name}
    return {
        "subject": _filled(group.subject, words),
        "text": _filled(group.text, words),
        "sender": group.written_by.get_full_name(),
        "branch": group.branch.name,
        "reply_to": group.written_by.email,
    }


def _filled(text, words):
    return PLACEHOLDER.sub(lambda found: words.get(found[1].strip(), ""), text)


def _address_context(message):
    record = AddressRecord.objects.filter(pk=message.about_id, marked_at__isnull=False).first()
    person = Person.objects.filter(pk=record.person_id).first() if record else None
    if person is None or person.anonymised_at:
        return None
    return {
        "name": person.display_name,
        "number": str(record.bounces),
        "messages_url": mail.link("coordination:person-messages", person.pk),
    }
