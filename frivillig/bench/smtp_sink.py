"""A mail server that takes everything and keeps nothing: for the bench, in a process of its own.

Says its port on the first line; counts what it has taken in when its standard input is closed.
"""

import asyncio
import sys


class Sink(asyncio.Protocol):
    """SMTP as far as a client needs it. No time is spent on what is in the mails."""

    taken = 0

    def connection_made(self, transport):
        self.transport, self.rest, self.in_data = transport, b"", False
        transport.write(b"220 sink\r\n")

    def data_received(self, data):
        self.rest += data
        while self._step():
            pass

    def _step(self):
        end = b"\r\n.\r\n" if self.in_data else b"\r\n"
        line, found, rest = self.rest.partition(end)
        if not found:
            return False
        self.rest = rest
        if self.in_data:
            self.in_data = False
            Sink.taken += 1
            self.transport.write(b"250 taken\r\n")
            return True
        self._command(line[:4].upper())
        return True

    def _command(self, word):
        if word == b"DATA":
            self.in_data = True
            self.transport.write(b"354 go on\r\n")
        elif word == b"QUIT":
            self.transport.write(b"221 bye\r\n")
            self.transport.close()
        else:
            self.transport.write(b"250 ok\r\n")


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)
    print(Sink.taken, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
