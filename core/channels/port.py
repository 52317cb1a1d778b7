"""What every way of sending answers. The sender knows nothing else of any of them.

A port is a context manager, opened for one run of the sender: it may open a connection when it
is first needed and keep it. `send(message, body, reach)` hands over one message and returns the
state it is in then: SENT, or TO_POST where a person still has to act. It raises

    Refused(code)   never to this recipient, or never this content: another way is tried
    Down            nobody's message can go this way now: the run stops with it
    anything else   a passing fault of this message: it is tried again later

A message may be handed over twice, with the same Message-ID, when a sender is killed in between:
whatever is behind a port should take the id as the key of one delivery.
"""


class Refused(Exception):
    """It will never be taken for this person this way. Holds a code, never text."""


class Down(Exception):
    """Nothing answers on the other side: nobody's message can go this way now."""


class Port:
    """Base of the ports: nothing to open, nothing to close."""

    channel = ""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def is_open(self):
        """True if this installation can send this way."""
        return True

    def send(self, message, body, reach):
        """Hand over one message; see the module's docstring."""
        raise NotImplementedError

    def passing(self, error):
        """The fault in a few letters, for the row; never the text of an answer."""
        return type(error).__name__
