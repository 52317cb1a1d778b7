"""Several deeds let go at the same moment, each in a thread and a connection of its own."""

import threading

from django.db import connections

from core.errors import DomainError


def at_once(*deeds):
    """Run the deeds all together; a list of what each returned, or the code of what it raised.

    Anything but a DomainError is raised here, so that a test that is red once says why.
    """
    barrier, results, accidents = threading.Barrier(len(deeds)), [None] * len(deeds), []

    def run(number, deed):
        try:
            barrier.wait()
            results[number] = deed()
        except DomainError as error:
            results[number] = error.code
        except Exception as error:
            accidents.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if accidents:
        raise ExceptionGroup("at once", accidents)
    return results
