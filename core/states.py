"""State tables: which state may follow which. Actions ask here before they change a row."""

from django.utils.translation import gettext as _

from core.errors import DomainError


class StateTable:
    """The allowed transitions of one kind of row, as {state: (next states, ...)}."""

    def __init__(self, transitions):
        self.transitions = {state: frozenset(following) for state, following in transitions.items()}

    def allows(self, state, target):
        return target in self.transitions[state]

    def require(self, state, target):
        """Raise DomainError("wrong_state") unless `target` may follow `state`."""
        if not self.allows(state, target):
            raise DomainError(
                _("This has changed since you opened the page. Look at it again, then decide."),
                code="wrong_state",
            )
