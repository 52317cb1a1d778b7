"""The results: a table for people, an object per workload for machines."""

import json

FLOOR_AGAINST_BARE = 2.0


def results(samples, workloads, size):
    """[{name, size, queries, median_ms, p95_ms, floor_ms, ratio, ...}] in the table's order."""
    rows = [_row(one.name, samples, size, one.floor, one.limit) for one in workloads]
    floor = _row("floor", samples, size, "bare", None)
    floor["max_ratio"] = FLOOR_AGAINST_BARE
    floor["ok"] = floor["ratio"] <= FLOOR_AGAINST_BARE
    return [*rows, floor]


def _row(name, samples, size, floor, limit):
    sample, held_against = samples[name], samples[floor]
    row = {
        "name": name,
        "size": size,
        "queries": sample.most_queries,
        "median_ms": round(sample.median_ms, 2),
        "p95_ms": round(sample.p95_ms, 2),
        "floor_ms": round(held_against.median_ms, 2),
        "ratio": round(sample.median_ms / held_against.median_ms, 2),
        "cpu_ms": round(sample.cpu_ms, 2),
        "cpu_ratio": round(sample.cpu_ms / max(held_against.cpu_ms, 0.001), 2),
    }
    if limit is not None:
        row["max_queries"], row["max_ratio"] = limit.queries, limit.ratio
        row["ok"] = (limit.queries is None or row["queries"] <= limit.queries) and (
            limit.ratio is None or row["ratio"] <= limit.ratio
        )
    return row


def table(rows):
    """The lines of the table."""
    heads = (
        "workload",
        "queries",
        "limit",
        "median ms",
        "p95 ms",
        "floor ms",
        "ratio",
        "limit",
        "cpu ms",
        "ratio",
        "",
    )
    widths = (20, 8, 6, 10, 9, 9, 7, 6, 8, 7, 5)
    yield _line(heads, widths)
    for row in rows:
        cells = (
            row["name"],
            row["queries"],
            row.get("max_queries") or "",
            f"{row['median_ms']:.1f}",
            f"{row['p95_ms']:.1f}",
            f"{row['floor_ms']:.1f}",
            f"{row['ratio']:.2f}",
            row.get("max_ratio") or "",
            f"{row['cpu_ms']:.1f}",
            f"{row['cpu_ratio']:.2f}",
            "ok" if row["ok"] else "FAIL",
        )
        yield _line(cells, widths)


def write_json(rows, path):
    path.write_text(json.dumps(rows, indent=2) + "\n")


def _line(cells, widths):
    first, *rest = zip(cells, widths, strict=True)
    return f"{first[0]:<{first[1]}}" + "".join(f"{cell:>{width}}" for cell, width in rest)
