"""The administration's site: the managers' workplace, inside the same frame as every other page.

It has no sign-in page and no password pages of its own: those of the site serve here too.
"""

from itertools import groupby

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import include, path
from django.utils.functional import Promise
from django.utils.translation import gettext as _

# The start page's sections in their order, by the key that a ModelAdmin names.
SECTIONS = {}


def section(key, label: str | Promise, *, order):
    """Register a section of the start page; returns the key."""
    SECTIONS[key] = (order, label)
    return key


class AdminSite(admin.AdminSite):
    """Anonymous people sign in on the site's own page; whoever has no right here gets 403."""

    enable_nav_sidebar = False
    index_template = "admin/index.html"

    def get_urls(self):
        """The start page and the models' pages: no sign-in, password or JavaScript catalogue."""
        return [
            path("", self.admin_view(self.index), name="index"),
            *(
                path(f"{model._meta.app_label}/{model._meta.model_name}/", include(pages.urls))
                for model, pages in self._registry.items()
            ),
        ]

    def admin_view(self, view, cacheable=False):
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
            if not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        return guarded

    def each_context(self, request):
        return {"is_popup": False, "is_nav_sidebar_enabled": False}

    def index(self, request, extra_context=None):
        return TemplateResponse(
            request,
            self.index_template,
            {
                **self.each_context(request),
                "title": _("Administration"),
                "sections": self.sections(request),
            },
        )

    def app_index(self, request, app_label, extra_context=None):
        raise Http404

    def sections(self, request):
        """[(heading, [ModelAdmin, ...])] of what this user may look at. No queries."""
        pages = [page for page in self._registry.values() if page.has_view_permission(request)]
        pages.sort(key=lambda page: (SECTIONS[page.section][0], page.order))
        return [
            (SECTIONS[key][1], list(group))
            for key, group in groupby(pages, key=lambda page: page.section)
        ]


admin_site = AdminSite(name="admin")
