"""The one address of the bare project."""

from django.urls import path

from frivillig.bench import floors

urlpatterns = [path("bench/floor/", floors.floor, name="bench-floor")]
