"""The public page of an activity: what it is, where, and how many places its shifts have left."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.utils.decorators import method_decorator
from django.views.generic import View
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from coordination import rosters
from core.paging import page_of
from recruitment import queries


@method_decorator(login_not_required, name="dispatch")
class PublicActivityView(TemplateResponseMixin, ContextMixin, View):
    """An activity for which an open opportunity is shown, with the coming shifts at those sites.

    Nobody is named, and what is written to the volunteers is not shown. 4 queries beside the
    frame's, however many shifts.
    """

    template_name = "recruitment/activity/public_detail.html"

    def get(self, request, pk):
        calls = list(queries.public_opportunities().filter(site__activity=pk))
        if not calls:
            raise Http404
        page = page_of(request, queries.public_shifts(calls))
        return self.render_to_response(
            self.get_context_data(
                activity=calls[0].site.activity,
                calls=calls,
                page_obj=page,
                rows=_with_free(page.object_list),
            )
        )


def _with_free(rows):
    free = rosters.free_of(rows)
    for row in rows:
        row.free = free[row.pk]
    return rows
