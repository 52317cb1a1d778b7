"""The site's addresses and those of the floors."""

from django.urls import include, path

from frivillig.bench import floors

urlpatterns = [
    path("bench/floor/", floors.floor, name="bench-floor"),
    path("bench/pdf-floor/", floors.pdf_floor, name="bench-pdf-floor"),
    path("", include("frivillig.urls")),
]
