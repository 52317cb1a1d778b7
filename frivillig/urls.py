"""Every address of the site. Paths are Danish, names English."""

from django.urls import include, path

from core.admin_site import admin_site
from frivillig import health, views

urlpatterns = [
    path("", views.start, name="start"),
    path("", include("core.urls")),
    path("konto/", include("core.account_urls")),
    path("", include("coordination.urls")),
    path("", include("agreements.urls")),
    path("", include("recruitment.urls")),
    path("administration/", admin_site.urls),
    path("sundhed/", health.alive, name="alive"),
    path("sundhed/klar/", health.ready, name="ready"),
    path("sundhed/arbejde/", health.working, name="working"),
    path("sundhed/tal/", health.figures, name="figures"),
]
