"""The bench: how many queries and milliseconds the main pages take, measured over HTTP.

`script/bench` starts a database and calls `python -m frivillig.bench`; what is measured is the
table in `workloads.py`. How to read the numbers: docs/benchmark.md.
"""
