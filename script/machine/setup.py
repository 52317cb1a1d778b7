"""The order in which a clone is made ready. Every step looks first whether it is done."""

from . import base, frontend, packages, python


def bootstrap(*, dev=False):
    """Make the clone ready to serve or, with `dev`, to test."""
    with base.one_at_a_time():
        packages.ensure_libraries()
        python.ensure_packages("requirements-dev.txt" if dev else "requirements.txt")
        frontend.ensure()
