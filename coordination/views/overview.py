"""What volunteers do, how many and where: the overview, also as CSV."""

from coordination import exports, reports
from coordination.access import Permission
from core.periods import today
from core.views import PageView


class OverviewView(PageView):
    """Activities of one's branches with the number of people who are active in them today."""

    permission = Permission.VIEW_OVERVIEW
    template_name = "coordination/overview/list.html"

    def get_context_data(self, **kwargs):
        day = today()
        return super().get_context_data(**kwargs) | {
            "rows": reports.overview(self.request.user, day),
            "people": reports.active_people(self.request.user, day),
            "day": day,
        }


class OverviewExportView(OverviewView):
    """The same as CSV."""

    def get(self, request, *args, **kwargs):
        self.require_permission()
        return exports.overview_csv(reports.overview(request.user, today()))
