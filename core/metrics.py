"""The figures of `core/operations.py` for Prometheus. Read from the database at every scrape, so
that any web process of several gives the same answer.
"""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from core import operations


class _Figures:
    def __init__(self, state):
        self.state = state

    def collect(self):
        yield from _of_jobs(self.state)
        yield from _of_mail(self.state)
        yield from _of_rules(self.state)
        yield from _of_programs(self.state)


def text():
    """The figures in Prometheus' text format, as bytes."""
    registry = CollectorRegistry()
    registry.register(_Figures(operations.snapshot()))
    return generate_latest(registry)


def _of_jobs(state):
    yield _family(
        "jobs_waiting", "Jobs that are due.", "queue", {q.name: q.waiting for q in state.queues}
    )
    yield _family(
        "jobs_running", "Jobs at work.", "queue", {q.name: q.running for q in state.queues}
    )
    yield _family(
        "jobs_oldest_seconds",
        "How long the oldest due job has waited.",
        "queue",
        {q.name: _seconds(state, q.oldest) for q in state.queues},
    )
    yield _family(
        "jobs_failed",
        "Jobs that have failed.",
        "job",
        {job.name: job.count for job in state.failed},
    )


def _of_mail(state):
    counts = {name: getattr(state.mail, name) for name in ("sent", "failed", "bounced")}
    yield _family("messages_30_days", "Messages written in 30 days, by outcome.", "state", counts)
    yield _one("messages_waiting", "Messages that should be out.", state.mail.waiting)
    yield _one(
        "messages_oldest_seconds",
        "How long the oldest of them has waited.",
        _seconds(state, state.mail.stuck),
    )


def _of_rules(state):
    yield _family(
        "rule_overdue",
        "1 if the rule has not run in twice its interval.",
        "rule",
        {rule.name: int(rule.overdue) for rule in state.rules},
    )
    yield _family(
        "rule_finished_timestamp_seconds",
        "When the rule last came to its end.",
        "rule",
        {rule.name: rule.finished_at.timestamp() for rule in state.rules if rule.finished_at},
    )


def _of_programs(state):
    yield _family(
        "program_missing",
        "1 if the program has not been seen for five minutes.",
        "program",
        {program.name: int(program.missing) for program in state.programs},
    )
    yield _one("troubles", "How much is wrong; 0 is well.", len(state.troubles))
    yield _one("disk_free_bytes", "Free space where the site lies.", state.disk_free)
    yield _one("database_bytes", "Size of the database.", state.database_bytes)


def _family(name, help, label, values):
    family = GaugeMetricFamily(f"frivillig_{name}", help, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _one(name, help, value):
    return GaugeMetricFamily(f"frivillig_{name}", help, value=value)


def _seconds(state, since):
    return (state.at - since).total_seconds() if since else 0
