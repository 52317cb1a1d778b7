"""Make the requests, all workloads and their floors in turn, and keep what each took."""

import random
import statistics
from dataclasses import dataclass, field

from django.urls import reverse

from frivillig.bench.client import Client

WARM_UP = 5
SIGN_UPS_PER_ADDRESS = 40  # the site's brake is at 60 an hour


class Desk:
    """Everybody who makes requests, each with a session and a connection of their own."""

    def __init__(self, port, bare_port, targets):
        self.targets, self._port = targets, port
        self.coordinator = Client(port, targets.coordinator_session)
        self.bare = Client(bare_port, targets.coordinator_session)
        self._mornings = [Client(port, session) for session in targets.morning_sessions]
        self._volunteers = [Client(port, session) for session in targets.volunteer_sessions]
        self._citizens = {}
        self._with_token = set()

    def citizen(self, number, form=""):
        """Somebody who is not signed in; a new address for every so many."""
        group = number // SIGN_UPS_PER_ADDRESS
        if group not in self._citizens:
            self._citizens[group] = Client(self._port, source=f"127.0.1.{group % 250 + 1}")
        return self._ready(self._citizens[group], form)

    def colleague(self, number):
        """A coordinator of the same area who has not been here yet."""
        return self._mornings[number]

    def volunteer(self, number, form=""):
        return self._ready(self._volunteers[number % len(self._volunteers)], form)

    def floor(self):
        return self.coordinator.get(reverse("bench-floor"))

    def pdf_floor(self):
        return self.coordinator.get(reverse("bench-pdf-floor"))

    def bare_floor(self):
        return self.bare.get(reverse("bench-floor"))

    def _ready(self, client, form):
        if form and client not in self._with_token:
            client.fetch_token(form)
            self._with_token.add(client)
        return client


@dataclass
class Sample:
    """What the requests of one kind took."""

    seconds: list = field(default_factory=list)
    queries: list = field(default_factory=list)
    cpu_seconds: list = field(default_factory=list)

    def add(self, answer):
        self.seconds.append(answer.seconds)
        self.queries.append(answer.queries)
        self.cpu_seconds.append(answer.cpu_seconds)

    @property
    def median_ms(self):
        return statistics.median(self.seconds) * 1000

    @property
    def cpu_ms(self):
        return statistics.median(self.cpu_seconds) * 1000

    @property
    def p95_ms(self):
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))] * 1000

    @property
    def most_queries(self):
        return max(self.queries)


def run(desk, workloads, requests):
    """{name: Sample} of the workloads and of the floors "floor", "pdf_floor", "bare"."""
    floors = {"floor": desk.floor, "bare": desk.bare_floor}
    if any(workload.floor == "pdf_floor" for workload in workloads):
        floors["pdf_floor"] = desk.pdf_floor
    samples = {name: Sample() for name in [*floors, *(one.name for one in workloads)]}
    order = random.Random(1)  # noqa: S311 - only the order of requests
    turns = [*floors, *workloads]
    warm_up = min(WARM_UP, requests)
    for number in range(warm_up + requests):
        order.shuffle(turns)
        for turn in turns:
            if isinstance(turn, str):
                name, answer, status = turn, floors[turn](), 200
            else:
                name, answer, status = turn.name, turn.request(desk, number), turn.status
            _require_success(name, answer, status)
            if number >= warm_up:
                samples[name].add(answer)
    return samples


def _require_success(name, answer, status):
    """A page that was not shown, or a post that was not taken, is not a measurement."""
    signed_out = "/konto/" in answer.location
    if answer.status != status or signed_out:
        raise RuntimeError(
            f"{name} answered {answer.status} {answer.location} instead of {status}:\n"
            + answer.body.decode(errors="replace")[:3000]
        )
