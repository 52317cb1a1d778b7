"""The connection: Danish order, letters beyond ASCII, and LIKE as PostgreSQL users expect it."""

from django.db.backends.sqlite3 import base

from core.sqlite.danish import COLLATION, compare
from core.sqlite.functions import like, lower, upper


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's SQLite with functions and a collation registered on every connection.

    Write-ahead log, immediate transactions and waiting time are settings (OPTIONS).
    """

    def get_new_connection(self, conn_params):
        connection = super().get_new_connection(conn_params)
        connection.create_collation(COLLATION, compare)
        connection.create_function("lower", 1, lower, deterministic=True)
        connection.create_function("upper", 1, upper, deterministic=True)
        connection.create_function("like", 2, like, deterministic=True)
        connection.create_function("like", 3, like, deterministic=True)
        return connection
