from django.apps import AppConfig


class FrivilligConfig(AppConfig):
    """The composition: start page, health, error pages and cross-app reports."""

    name = "frivillig"

    def ready(self):
        from frivillig.demo import tasks  # noqa: F401 - the worker must know the demo's job
