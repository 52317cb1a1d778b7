"""A real OpenID provider for tests: `oidc-provider-mock`, in a process of its own."""

import json
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import requests

CPR = "0101901234"


@contextmanager
def running(*users, token_max_age=None):
    """A provider that knows the users (dicts of claims, with "sub"); yields its issuer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"]
    command += ["--port", str(port), "--require-nonce", "true"]
    if token_max_age is not None:
        command += ["--token-max-age", str(token_max_age)]
    for user in users:
        command += ["--user-claims", json.dumps(user)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = f"http://127.0.0.1:{port}"
        _wait_for(issuer, process)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=15)


def _wait_for(issuer, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(0.1)
            if probe.connect_ex(("127.0.0.1", urlsplit(issuer).port)) == 0:
                return
    raise RuntimeError("The provider did not start.")


def sign_in(address, sub):
    """The person signs in; returns the query that their browser comes back with."""
    return _answered(requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=20))


def decline(address):
    """The person says no there. RFC 6749 has the state come back too; the mock forgets it."""
    response = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=20)
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    return {"state": state} | _answered(response)


def _answered(response):
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))
