"""Which way a message goes: what must arrive always ends with somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.channels.choosing import DECLINED, NONE, WAYS, Reach, choose
from core.kinds import ASKED, LAW, NICE, WORK
from core.models import Channel, MessageState

EVERYTHING = frozenset({Channel.EMAIL, Channel.SMS, Channel.LETTER, Channel.DIGITAL_POST})
ADDRESS = ("Algade 1", "5000 Odense C")

channels = st.sampled_from(sorted(EVERYTHING))
reaches = st.builds(
    Reach,
    email=st.sampled_from(["", "frida@example.dk"]),
    phone=st.sampled_from(["", "+4512345678"]),
    address=st.sampled_from([(), ADDRESS]),
    digital_post=st.booleans(),
    marked=st.booleans(),
    prefers=st.sampled_from(["", NONE, *EVERYTHING]),
)
questions = st.fixed_dictionaries(
    {
        "necessity": st.sampled_from([LAW, WORK, NICE, ASKED]),
        "reach": reaches,
        "open_ways": st.frozensets(channels),
        "sensitive": st.booleans(),
        "ways": st.none() | st.frozensets(channels),
        "tried": st.frozensets(channels),
    }
)


def usable(question, way):
    """True if the message can really go this way: stated anew, way by way."""
    reach = question["reach"]
    known = {
        Channel.EMAIL: reach.email and not reach.marked,
        Channel.SMS: reach.phone and not question["sensitive"],
        Channel.LETTER: reach.address,
        Channel.DIGITAL_POST: reach.digital_post,
    }
    return (
        bool(known[way])
        and way in question["open_ways"]
        and way not in question["tried"]
        and (question["ways"] is None or way in question["ways"])
        and (way in WAYS[question["necessity"]] or is_wished_letter(question, way))
    )


def is_wished_letter(question, way):
    wished = question["necessity"] == NICE and question["reach"].prefers == Channel.LETTER
    return wished and way == Channel.LETTER


@given(questions)
def test_what_must_arrive_has_a_way_or_becomes_a_task(question):
    choice = choose(**question)
    possible = [way for way in EVERYTHING if usable(question, way)]
    assert (choice.channel in possible) if possible else (choice.channel is None)
    if question["necessity"] in (LAW, WORK):
        assert choice.channel is not None or choice.state == MessageState.BY_HAND


@given(questions)
def test_sensitive_matter_never_goes_by_text_message(question):
    assert choose(**(question | {"sensitive": True})).channel != Channel.SMS


@pytest.mark.parametrize("necessity", [LAW, WORK, NICE])
@pytest.mark.parametrize("address", [(), ADDRESS])
@pytest.mark.parametrize("wish", ["", Channel.SMS])
def test_sensitive_matter_is_a_letter_or_a_task_where_only_a_phone_is_known(
    necessity, address, wish
):
    reach = Reach(phone="+4512345678", address=address, prefers=wish)
    choice = choose(necessity=necessity, reach=reach, open_ways=EVERYTHING, sensitive=True)
    by_letter = address and necessity != NICE
    assert choice.channel == (Channel.LETTER if by_letter else None)


@given(questions)
def test_what_is_nice_is_no_letter_unless_wished_for_and_never_a_task(question):
    choice = choose(**(question | {"necessity": NICE}))
    wished = {Channel.LETTER} & {question["reach"].prefers}
    assert choice.channel in {None, Channel.EMAIL, Channel.SMS, *wished}
    assert choice.state in (MessageState.SENDING, MessageState.SKIPPED)


@given(questions)
def test_every_choice_says_why(question):
    choice = choose(**question)
    assert choice.reason
    assert [way for way, _code in choice.reasons] == list(dict(choice.reasons))
    if choice.channel is None:
        assert {way for way, _code in choice.reasons} >= set(WAYS[question["necessity"]])


@given(questions)
def test_wish_is_followed_where_it_can_be(question):
    wish = question["reach"].prefers
    if wish not in ("", NONE) and usable(question, wish):
        assert choose(**question).channel == wish


@given(questions)
def test_what_may_be_declined_and_was_is_not_sent(question):
    choice = choose(**question, declinable=True)
    if question["reach"].prefers == NONE:
        assert (choice.channel, choice.reason) == (None, DECLINED)
    else:
        assert choice.reason != DECLINED


@pytest.mark.parametrize(
    ("reach", "channel", "reason"),
    [
        (Reach(email="a@x.dk", phone="+4512345678", address=ADDRESS), Channel.EMAIL, "chosen"),
        (Reach(phone="+4512345678", address=ADDRESS), Channel.SMS, "only_way"),
        (Reach(address=ADDRESS), Channel.LETTER, "only_way"),
        (Reach(email="a@x.dk", marked=True, address=ADDRESS), Channel.LETTER, "marked"),
        (Reach(digital_post=True, address=ADDRESS), Channel.DIGITAL_POST, "only_way"),
        (Reach(email="a@x.dk", phone="+4512345678", prefers="sms"), Channel.SMS, "preferred"),
        (Reach(), None, "no_way"),
        (Reach(email="a@x.dk", marked=True), None, "marked"),
    ],
)
def test_examples(reach, channel, reason):
    choice = choose(necessity=LAW, reach=reach, open_ways=EVERYTHING)
    assert (choice.channel, choice.reason) == (channel, reason)


def test_code_that_was_asked_for_goes_where_it_was_asked_for():
    reach = Reach(phone="+4512345678", address=ADDRESS)
    choice = choose(necessity=ASKED, reach=reach, open_ways=EVERYTHING)
    assert (choice.channel, choice.state) == (None, MessageState.FAILED)
