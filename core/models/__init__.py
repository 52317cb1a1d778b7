"""Core's rows: users, audit, jobs, messages, policies, files and texts. No domain noun."""

from core.models.user import User

__all__ = ["User"]
