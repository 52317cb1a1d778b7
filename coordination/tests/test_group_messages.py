"""Group messages: one row for each person, seen before, taken back within two minutes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.urls import reverse

from coordination import audiences, tasks
from coordination.actions import group_messages
from coordination.models import Assignment, Audience, Engagement, GroupMessage, Person
from coordination.tests import factories
from core import delivery, jobs, policies
from core.errors import DomainError
from core.models import Job, JobState, Message, MessageChoice, MessageState

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def draft(branch, by, **values):
    known = {
        "audience": Audience.BRANCH,
        "subject": "Kaffe, [[first_name]]",
        "text": "Kære [[first_name]]\n\nKom til kaffe.",
    }
    return group_messages.draft(branch=branch, by=by, **(known | values))


def write_rows():
    """What a worker does when it is woken."""
    for job in Job.objects.filter(name=group_messages.JOB, state=JobState.QUEUED):
        assert jobs.run(job.pk)


def send(group, by):
    group_messages.send(group=group, by=by)
    write_rows()
    return Message.objects.about(group).order_by("person_id")


@pytest.fixture
def bo(volunteer):
    """Another volunteer of the same site."""
    site = Engagement.objects.get(volunteer=volunteer).site
    other = factories.make_volunteer("Bo Bidrager", email="bo@example.dk")
    factories.make_engagement(other, site)
    return other


def test_each_gets_a_mail_of_their_own_and_answers_go_to_the_writer(
    clock, here, coordinator, volunteer, bo, volunteer_elsewhere
):
    send(draft(here, coordinator), coordinator)
    assert delivery.deliver() == 0  # two minutes to take it back
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 2
    mails = sorted(outbox.outbox, key=lambda mail: mail.to)
    assert [mail.to for mail in mails] == [
        ["Bo Bidrager <bo@example.dk>"],
        ["Frida Frivillig <frida@example.dk>"],
    ]
    assert [mail.subject for mail in mails] == [
        f"Fra {here.name}: Kaffe, Bo",
        f"Fra {here.name}: Kaffe, Frida",
    ]
    assert [(mail.cc, mail.bcc) for mail in mails] == [([], [])] * 2
    assert {tuple(mail.reply_to) for mail in mails} == {(coordinator.email,)}
    assert "Kære Bo" in mails[0].body


def test_shift_reaches_those_who_are_on_it(clock, here, coordinator, volunteer, bo):
    site = Engagement.objects.get(volunteer=volunteer).site
    shift = factories.make_shift(site)
    Assignment.objects.create(
        shift=shift,
        volunteer=bo,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        booked_at=NOW,
        booked_by=coordinator,
    )
    rows = send(draft(here, coordinator, audience=Audience.SHIFT, shift=shift), coordinator)
    assert [row.person_id for row in rows] == [bo.pk]


def test_activity_reaches_its_own_within_the_branch(clock, here, coordinator, volunteer, bo):
    other = factories.make_site(here, factories.make_activity(here, "Højtlæsning"))
    carl = factories.make_volunteer("Carl", email="carl@example.dk")
    factories.make_engagement(carl, other)
    group = draft(here, coordinator, audience=Audience.ACTIVITY, activity=other.activity)
    assert [row.person_id for row in send(group, coordinator)] == [carl.pk]


def test_chosen_people_outside_the_branch_are_left_out(
    clock, here, coordinator, volunteer, bo, volunteer_elsewhere
):
    chosen = [bo.pk, volunteer_elsewhere.pk]
    group = draft(here, coordinator, audience=Audience.CHOSEN, chosen=chosen)
    assert [row.person_id for row in send(group, coordinator)] == [bo.pk]


def test_taken_back_goes_to_nobody(clock, here, coordinator, volunteer, bo):
    group = draft(here, coordinator)
    rows = send(group, coordinator)
    group_messages.undo(group=group, by=coordinator)
    assert set(rows.values_list("state", "reason")) == {(MessageState.SKIPPED, "undone")}
    clock.shift(timedelta(minutes=5))
    assert delivery.deliver() == 0
    assert outbox.outbox == []


def test_taken_back_before_the_rows_are_written_goes_to_nobody(clock, here, coordinator, volunteer):
    group = draft(here, coordinator)
    group_messages.send(group=group, by=coordinator)
    group_messages.undo(group=group, by=coordinator)
    write_rows()
    clock.shift(timedelta(minutes=5))
    assert delivery.deliver() == 0
    assert outbox.outbox == []


def test_after_two_minutes_it_is_too_late(clock, here, coordinator, volunteer):
    group = draft(here, coordinator)
    send(group, coordinator)
    clock.shift(timedelta(minutes=2))
    with pytest.raises(DomainError) as refused:
        group_messages.undo(group=group, by=coordinator)
    assert refused.value.code == "too_late_to_undo"


def test_news_written_at_night_wait_for_the_day_and_can_be_taken_back(
    clock, here, coordinator, volunteer
):
    clock.move_to(datetime(2026, 3, 3, 22, tzinfo=UTC))  # 23 in Copenhagen
    group = draft(here, coordinator)
    send(group, coordinator)
    group.refresh_from_db()
    assert group.goes_at == datetime(2026, 3, 4, 7, tzinfo=UTC)  # 8
    assert group.may_be_undone(datetime(2026, 3, 4, 6, 59, tzinfo=UTC))
    needed = draft(here, coordinator, necessary=True)
    send(needed, coordinator)
    needed.refresh_from_db()
    assert needed.goes_at == datetime(2026, 3, 3, 22, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hour", "necessary", "promise"),
    [(12, False, "to minutter"), (22, True, "to minutter"), (22, False, "i morgen tidlig")],
)
def test_the_page_promises_as_long_as_it_can_be_taken_back(
    clock, client, here, coordinator, volunteer, hour, necessary, promise
):
    clock.move_to(NOW.replace(hour=hour))
    group = draft(here, coordinator, necessary=necessary)
    client.force_login(coordinator)
    page = client.get(reverse("coordination:group-message-send", args=[group.pk]))
    assert promise in page.text


def test_whose_week_is_full_gets_it_later_and_the_writer_is_told(
    clock, client, here, coordinator, volunteer, bo
):
    policies.set("messages.weekly_cap", 1, by=coordinator)
    send(draft(here, coordinator, audience=Audience.CHOSEN, chosen=[bo.pk]), coordinator)
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 1
    news, work = draft(here, coordinator), draft(here, coordinator, necessary=True)
    client.force_login(coordinator)
    for name in ("detail", "send"):
        page = client.get(reverse(f"coordination:group-message-{name}", args=[news.pk]))
        assert "1 person har fået så meget nyt i denne uge" in page.text
        page = client.get(reverse(f"coordination:group-message-{name}", args=[work.pk]))
        assert "så meget nyt i denne uge" not in page.text
    send(news, coordinator)
    clock.shift(timedelta(minutes=2))
    assert delivery.deliver() == 1
    (held,) = Message.objects.about(news).filter(state=MessageState.WAITING)
    assert (held.person_id, held.reason) == (bo.pk, "capped")


def test_rows_written_twice_are_written_once(clock, here, coordinator, volunteer, bo):
    group = draft(here, coordinator)
    rows = send(group, coordinator)
    for batch in audiences.batches(group):
        tasks.emails.send_group_message(group, [person for person, _choice in batch])
    assert rows.count() == 2


def test_news_are_not_sent_to_who_declined_them_and_work_is(
    clock, here, coordinator, volunteer, bo
):
    MessageChoice.objects.create(person_id=bo.pk, group="news", wish="none")
    news, work = draft(here, coordinator), draft(here, coordinator, necessary=True)
    assert (audiences.reached_by(news).reached, audiences.reached_by(work).reached) == (1, 2)
    send(news, coordinator)
    send(work, coordinator)
    clock.shift(timedelta(minutes=2))
    delivery.deliver()
    sent = Message.objects.filter(state=MessageState.SENT)
    assert sorted(sent.values_list("about_id", "person_id")) == sorted(
        [(news.pk, volunteer.pk), (work.pk, volunteer.pk), (work.pk, bo.pk)]
    )


def test_news_stop_at_a_persons_share(clock, here, coordinator, manager, volunteer):
    policies.set("messages.group_news_per_month", 1, by=manager)
    send(draft(here, coordinator), coordinator)
    second = audiences.reached_by(draft(here, coordinator))
    assert (second.reached, dict(second.reasons)) == (0, {"had_their_share": 1})
    assert audiences.reached_by(draft(here, coordinator, necessary=True)).reached == 1


def test_who_cannot_be_reached_is_named_before_it_is_sent(here, coordinator, volunteer, bo):
    Person.objects.filter(pk=bo.pk).update(email="")
    found = audiences.reached_by(draft(here, coordinator, necessary=True))
    assert (found.total, dict(found.by_way), dict(found.reasons)) == (
        2,
        {"email": 1},
        {"no_way": 1},
    )
    assert [person.pk for person, _code in found.left_out] == [bo.pk]


def test_member_of_staff_may_send_so_many_a_day(clock, here, coordinator, manager, volunteer):
    policies.set("messages.group_per_day", 1, by=manager)
    send(draft(here, coordinator), coordinator)
    with pytest.raises(DomainError) as refused:
        group_messages.send(group=draft(here, coordinator), by=coordinator)
    assert refused.value.code == "group_too_often"
    clock.shift(timedelta(days=1, minutes=3))
    group_messages.send(group=draft(here, coordinator), by=coordinator)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"text": "Dit CPR-nummer er [[cpr]]"}, "unknown_placeholder"),
        ({"subject": "[[email]]"}, "unknown_placeholder"),
    ],
)
def test_only_the_first_name_is_filled_in(here, coordinator, values, code):
    with pytest.raises(DomainError) as refused:
        draft(here, coordinator, **values)
    assert refused.value.code == code


def test_branch_of_others_is_refused(elsewhere, coordinator, leader, here):
    for branch, by in ((elsewhere, coordinator), (here, leader)):
        with pytest.raises(DomainError) as refused:
            draft(branch, by)
        assert refused.value.code == "not_here"


def test_sent_message_is_neither_changed_nor_sent_again(clock, here, coordinator, volunteer):
    group = draft(here, coordinator)
    send(group, coordinator)
    for deed in (
        lambda: group_messages.send(group=group, by=coordinator),
        lambda: group_messages.change(group=group, by=coordinator, text="Andet"),
        lambda: group_messages.throw_away(group=group, by=coordinator),
    ):
        with pytest.raises(DomainError) as refused:
            deed()
        assert refused.value.code == "group_message_sent"


def test_writing_to_two_thousand_takes_few_queries(
    here, coordinator, volunteer, django_assert_max_num_queries
):
    site = Engagement.objects.get(volunteer=volunteer).site
    for number in range(40):
        other = factories.make_volunteer(f"Person {number}", email=f"p{number}@example.dk")
        factories.make_engagement(other, site)
    group = draft(here, coordinator)
    with django_assert_max_num_queries(25):
        group_messages.send(group=group, by=coordinator)
    with django_assert_max_num_queries(30):
        write_rows()
    assert Message.objects.about(group).count() == 41


# --- Pages ---------------------------------------------------------------------------------


def test_coordinator_writes_looks_and_sends(client, clock, here, coordinator, volunteer, bo):
    client.force_login(coordinator)
    answer = client.post(
        reverse("coordination:group-message-create"),
        {
            "branch": here.pk,
            "audience": Audience.BRANCH,
            "subject": "Kaffe",
            "text": "Kære [[first_name]]",
        },
    )
    group = GroupMessage.objects.get()
    page = client.get(answer.url)
    frida, bo_reads = page.context["previews"]
    assert frida["subject"] == f"Fra {here}: Kaffe"
    assert [frida["blocks"][0].lines, bo_reads["blocks"][0].lines] == [
        ("Kære Frida",),
        ("Kære Bo",),
    ]
    assert page.context["reached"].reached == 2
    client.post(reverse("coordination:group-message-send", args=[group.pk]))
    write_rows()
    page = client.get(answer.url)
    assert page.context["may_undo"]
    client.post(reverse("coordination:group-message-undo", args=[group.pk]))
    assert GroupMessage.objects.get().undone_by == coordinator


def test_list_of_volunteers_is_carried_over_as_it_was_filtered(
    client, here, coordinator, volunteer, bo
):
    client.force_login(coordinator)
    client.post(
        reverse("coordination:group-message-create") + "?liste=1&q=Bidrager",
        {"branch": here.pk, "audience": Audience.CHOSEN, "subject": "Kaffe", "text": "Hej"},
    )
    assert GroupMessage.objects.get().chosen == [bo.pk]


def test_shift_of_another_branch_cannot_be_named(client, elsewhere, coordinator):
    shift = factories.make_shift(factories.make_site(elsewhere))
    client.force_login(coordinator)
    page = client.get(reverse("coordination:group-message-create") + f"?vagt={shift.pk}")
    assert page.context["form"].shift is None
