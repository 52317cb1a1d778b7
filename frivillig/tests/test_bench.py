"""The bench measures what it says, and its output keeps its shape."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse

from coordination.models import Branch
from coordination.tests import factories
from frivillig.bench import report
from frivillig.bench.client import Answer
from frivillig.bench.counting import HEADER, CountQueriesMiddleware
from frivillig.bench.measure import Sample
from frivillig.bench.workloads import LIST, WORKLOADS, Workload

SHAPE = {"name", "size", "queries", "median_ms", "p95_ms", "floor_ms", "ratio"}


def counted(view, rf):
    return int(CountQueriesMiddleware(view)(rf.get("/")).headers[HEADER])


def careful(request):
    return HttpResponse(str([branch.parent for branch in Branch.objects.select_related("parent")]))


def careless(request):
    """An N+1: the parent of every row is asked for by itself."""
    return HttpResponse(str([branch.parent for branch in Branch.objects.all()]))


def within_transactions(request):
    with transaction.atomic(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse()


def test_a_planted_n_plus_1_shows_as_more_queries(rf, municipality):
    factories.make_branch(parent=municipality)
    few = counted(careful, rf), counted(careless, rf)
    for _ in range(5):
        factories.make_branch(parent=municipality)

    assert (counted(careful, rf), counted(careless, rf)) == (few[0], few[1] + 5)


@pytest.mark.django_db
def test_savepoints_are_not_counted(rf):
    assert counted(within_transactions, rf) == 1


def sample(*milliseconds, queries=3):
    made = Sample()
    for value in milliseconds:
        made.add(Answer(200, "", b"", value / 1000, queries, value / 1000))
    return made


def results(**samples):
    found = {"floor": sample(10), "bare": sample(8)} | samples
    return report.results(found, [Workload("volunteer_list", LIST, None)], "large")


def test_result_has_the_agreed_fields():
    row, floor = results(volunteer_list=sample(20, 30, 40))

    assert row.keys() >= SHAPE
    assert {key: row[key] for key in SHAPE} == {
        "name": "volunteer_list",
        "size": "large",
        "queries": 3,
        "median_ms": 30.0,
        "p95_ms": 40.0,
        "floor_ms": 10.0,
        "ratio": 3.0,
    }
    assert (floor["name"], floor["ratio"]) == ("floor", 1.25)


@pytest.mark.parametrize(
    ("taken", "kept"),
    [(sample(60, queries=12), True), (sample(61), False), (sample(10, queries=13), False)],
)
def test_limit_is_kept_up_to_its_last_value(taken, kept):
    assert results(volunteer_list=taken)[0]["ok"] is kept


def test_script_measures_every_workload(tmp_path):
    path = tmp_path / "result.json"
    script = [sys.executable, "script/bench"]

    finished = subprocess.run(
        [*script, "--size", "tiny", "--requests", "1", "--sqlite", "--json", path],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert path.exists(), finished.stdout + finished.stderr
    rows = {row["name"]: row for row in json.loads(path.read_text())}
    assert rows.keys() == {*(one.name for one in WORKLOADS), "floor"}
    assert all(row.keys() >= SHAPE for row in rows.values())
    assert all(row["queries"] > 0 and row["ratio"] > 0 for row in rows.values())
