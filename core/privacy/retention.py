"""Retention: rules that say when a class of data has had its time, and what happens then.

A rule's period is a policy, so the municipality decides it; the nightly job runs all rules.
*Source:* domain.md rule 46; Datatilsynet's inspection questions on deletion.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from core import periods, policies
from core.models import Deletion

AT_A_TIME = 500


@dataclass(frozen=True)
class RowRule:
    """Rows of one model that are deleted or emptied once their period has run out.

    `policy` is the key of an int setting counted in `unit`, "days" or "months"; a setting of None
    keeps for ever, and an empty `policy` means no delay at all.
    `expired(day)` gives the rows whose clock started on or before the day. `action(rows)` acts on
    a queryset, default: delete it; one that leaves some of the rows for later returns the list of
    keys it did act on. `basis` is the legal note; `logged=False` is for rows that say
    nothing about people.
    """

    key: str
    label: str
    policy: str
    unit: str
    model: type
    expired: Callable
    basis: str = ""
    action: Callable = lambda rows: rows.delete()
    logged: bool = True

    def rows(self, today):
        """The rows whose time is up on the day."""
        kept = policies.get(self.policy) if self.policy else 0
        if kept is None:
            return self.model._base_manager.none()
        return self.expired(days_before(today, kept, self.unit))

    def count(self, today):
        return self.rows(today).count()

    def apply(self, today):
        """Act on every expired row, some hundreds per transaction; returns how many."""
        done, last = 0, 0
        while keys := self._next_keys(today, last):
            with transaction.atomic():
                acted = self.action(self.model._base_manager.filter(pk__in=keys))
                acted = acted if isinstance(acted, list) else keys
                self._log(acted)
            done, last = done + len(acted), keys[-1]
        return done

    def again(self, object_id):
        """Act once more on one row that a restored backup brought back; True if it was there."""
        rows = self.model._base_manager.filter(pk=object_id)
        found = rows.exists()
        if found:
            self.action(rows)
        return found

    def _next_keys(self, today, after):
        rows = self.rows(today).filter(pk__gt=after).order_by("pk")
        return list(rows.values_list("pk", flat=True)[:AT_A_TIME])

    def _log(self, keys):
        if self.logged:
            Deletion.objects.bulk_create(
                Deletion(
                    rule=self.key, object_type=self.model._meta.label_lower, object_id=str(key)
                )
                for key in keys
            )


_rules = {}


def register_rule(rule):
    """Add a rule (a RowRule, or anything with key, label, policy, basis, count, apply, again)."""
    if rule.key in _rules:
        raise ValueError(f'The retention rule "{rule.key}" is already registered.')
    _rules[rule.key] = rule


def rules():
    """All rules, ordered by key."""
    return [_rules[key] for key in sorted(_rules)]


def run(*, dry_run=False, today=None):
    """Apply every rule and return {rule key: rows}; a dry run only counts."""
    today = today or periods.today()
    return {rule.key: rule.count(today) if dry_run else rule.apply(today) for rule in rules()}


def days_before(day, number, unit):
    """The day a number of "days" or "months" before; the 31st becomes the month's last day."""
    if unit == "days":
        return day - timedelta(days=number)
    return periods.months_later(day, -number)
