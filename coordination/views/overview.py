"""What volunteers do, how many and where: the overview, also as CSV."""

from coordination import exports, reports
from coordination.access import Permission
from core.paging import page_of
from core.periods import today
from core.views import PageView


class OverviewView(PageView):
    """Activities of one's branches with the number of people who are active in them today."""

    permission = Permission.VIEW_OVERVIEW
    template_name = "coordination/overview/list.html"

    def get_context_data(self, **kwargs):
        day, user = today(), self.request.user
        page = page_of(self.request, reports.shown_activities(user))
        return super().get_context_data(**kwargs) | {
            "page_obj": page,
            "rows": reports.overview(user, day, page.object_list),
            "people": reports.active_people(user, day),
            "day": day,
        }


class OverviewExportView(OverviewView):
    """All of it as CSV."""

    def get(self, request, *args, **kwargs):
        self.require_permission()
        activities = list(reports.shown_activities(request.user))
        return exports.overview_csv(reports.overview(request.user, today(), activities))
