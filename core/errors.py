"""The one exception that business rules raise."""


class DomainError(Exception):
    """A rule says no. `message` is translated and tells the person what to do next.

    `code` is stable and for tests and API; `field` names the form field it belongs to, if any.
    `reasons` may hold further sentences, one per obstacle.
    """

    def __init__(self, message, *, code, field=None, reasons=()):
        super().__init__(str(message))
        self.message = message
        self.code = code
        self.field = field
        self.reasons = tuple(reasons)

    def __repr__(self):
        return f"DomainError({self.code!r})"
