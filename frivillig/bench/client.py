"""A browser for measuring: one kept connection, one session, and a clock around each request."""

import http.client
import re
import time
from dataclasses import dataclass
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """A response, how long it took from first byte sent to last byte read, and what the web
    process told of it: queries, and its own processor time.
    """

    status: int
    location: str
    body: bytes
    seconds: float
    queries: int
    cpu_seconds: float


class Client:
    """`session` is a session key or None. `source` is the loopback address to come from: the
    site brakes sign-ups per address, and citizens have many."""

    def __init__(self, port, session=None, source="127.0.0.1"):
        self._port, self._source = port, source
        self._cookies = {"sessionid": session} if session else {}
        self._connection = None
        self._token = ""

    def get(self, path):
        return self._ask("GET", path, None, {})

    def post(self, path, fields):
        """Post a form with this client's CSRF token (see `fetch_token`)."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self._token}).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def fetch_token(self, path):
        """Open the page with the form, as people do, and remember its token."""
        found = TOKEN.search(self.get(path).body.decode())
        if found is None:
            raise RuntimeError(f"No form with a token at {path}")
        self._token = found[1]

    def _ask(self, method, path, body, headers):
        headers = headers | {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        try:
            return self._send(method, path, body, headers)
        except (http.client.RemoteDisconnected, ConnectionError):
            self._connection = None  # the server had closed the idle connection
            return self._send(method, path, body, headers)

    def _send(self, method, path, body, headers):
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                "127.0.0.1", self._port, timeout=60, source_address=(self._source, 0)
            )
            self._connection.connect()
        began = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - began
        self._remember_cookies(response)
        return Answer(
            response.status,
            response.headers.get("Location", ""),
            content,
            seconds,
            int(response.headers.get("X-Queries", 0)),
            float(response.headers.get("X-CPU-Seconds", 0)),
        )

    def _remember_cookies(self, response):
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self._cookies[name] = value
