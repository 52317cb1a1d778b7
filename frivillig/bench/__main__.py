"""Build the data set, start the web processes, measure, report. Called by script/bench."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "frivillig.bench.settings"

FOLDER = tempfile.TemporaryDirectory(prefix="frivillig-bench-")
os.environ["BENCH_FOLDER"] = FOLDER.name

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from frivillig.bench import (  # noqa: E402
    batch,
    data,
    eligible,
    expiry,
    imports,
    measure,
    outbox,
    report,
    series,
    sweep,
)
from frivillig.bench.serving import web  # noqa: E402
from frivillig.bench.workloads import WORKLOADS  # noqa: E402

# Workloads without requests, each on a data set of its own, asked for by name.
ALONE = {one.NAME: one for one in (batch, eligible, expiry, imports, outbox, series, sweep)}


def main():
    options = _options()
    if len(options.only) == 1 and options.only[0] in ALONE:
        return _alone(ALONE[options.only[0]], options)
    workloads = [one for one in WORKLOADS if not options.only or one.name in options.only]
    if unknown := set(options.only) - {one.name for one in WORKLOADS}:
        return f"There is no workload named {', '.join(sorted(unknown))}."
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    _say(f"Filling the database ({options.size}, {connection.vendor})")
    targets = data.build(options.size, options.requests + measure.WARM_UP)
    with web() as port, web("bare_") as bare:
        _say(f"Measuring: {options.requests} requests of each, in turn")
        desk = measure.Desk(port, bare, targets)
        samples = measure.run(desk, workloads, options.requests)
    rows = report.results(samples, workloads, options.size)
    for line in report.table(rows):
        _say(line)
    if options.json:
        report.write_json(rows, options.json)
    return 0 if all(row["ok"] for row in rows) else 1


def _alone(workload, options):
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    ok, rows = workload.measure(_say)
    if options.json:
        report.write_json(rows, options.json)
    return 0 if ok else 1


def _options():
    parser = argparse.ArgumentParser(prog="script/bench")
    parser.add_argument("--size", choices=sorted(data.SIZES), default="small")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--requests", type=int, default=100, metavar="N")
    return parser.parse_args()


def _say(sentence):
    print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    if not settings.DATABASES["default"].get("NAME"):
        sys.exit("Start the bench with script/bench: it needs a database of its own.")
    try:
        sys.exit(main())
    finally:
        FOLDER.cleanup()
