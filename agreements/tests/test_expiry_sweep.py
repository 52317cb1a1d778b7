"""The nightly sweep over certificates: nothing is sent twice, run twice or killed half-way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from agreements.models import Attestation
from agreements.tests import factories
from coordination.tests import factories as make
from core import schedule
from core.models import Message
from core.periods import today

pytestmark = pytest.mark.django_db

RULE = "agreements.attestation_expiring_reminder"


class Killed(Exception):
    """The worker was stopped here."""


@pytest.fixture
def thirty(child_engagement, coordinator, leader):
    """Thirty certificates that run out in thirty days."""
    for _number in range(29):
        engagement = make.make_engagement(make.make_volunteer(), child_engagement.site)
        factories.make_approved(engagement, by=coordinator, leader=leader)
    factories.make_approved(child_engagement, by=coordinator, leader=leader)
    last = today() + timedelta(days=30)
    Attestation.objects.update(renew_by=last, valid_until=last)


def _sweep(rule):
    with transaction.atomic():
        return schedule.remind(rule)


def _written():
    return Message.objects.filter(kind=schedule.reminders()[RULE].kind).count()


def test_run_twice_writes_once(thirty):
    rule = schedule.reminders()[RULE]

    assert [_sweep(rule), _sweep(rule), _written()] == [30, 0, 30]


@pytest.mark.parametrize("after", [0, 1, 17, 29])
def test_killed_half_way_and_run_again_writes_each_once(thirty, after):
    rule = schedule.reminders()[RULE]

    def killed(day):
        for number, due in enumerate(rule.due(day)):
            if number == after:
                raise Killed
            yield due

    with pytest.raises(Killed):
        _sweep(replace(rule, due=killed))
    assert _written() == 0

    assert [_sweep(rule), _sweep(rule), _written()] == [30, 0, 30]
