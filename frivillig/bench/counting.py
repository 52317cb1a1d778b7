"""Count a request's SQL queries and processor time, and tell both in headers."""

import time

from django.db import connection

HEADER = "X-Queries"
CPU_HEADER = "X-CPU-Seconds"
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class CountQueriesMiddleware:
    """Outermost: sees the queries of every other middleware too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        count = 0
        began = time.thread_time()

        def counted(execute, sql, params, many, context):
            nonlocal count
            if not str(sql).lstrip().upper().startswith(TRANSACTION_CONTROL):
                count += 1
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            response = self.get_response(request)
        response.headers[HEADER] = str(count)
        response.headers[CPU_HEADER] = f"{time.thread_time() - began:.6f}"
        return response
