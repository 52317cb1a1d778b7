from django.apps import AppConfig


class FrivilligConfig(AppConfig):
    """The composition: start page, health, error pages and cross-app reports."""

    name = "frivillig"
