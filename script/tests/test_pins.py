"""What is pinned: everything, by hash, and in the tests the same as on the site."""

import re

import pytest
from machine import base

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(name):
    return dict(PIN.findall((base.ROOT / name).read_text()))


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"]
)
def test_every_pin_has_a_hash_and_no_address(name):
    text = (base.ROOT / name).read_text()
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]

    assert {entry.partition("==")[0] for entry in entries} == set(pins(name)) != set()
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_the_tests_run_what_the_site_runs():
    site, tests = pins("requirements.txt"), pins("requirements-dev.txt")

    assert {name: tests.get(name) for name in site} == site
