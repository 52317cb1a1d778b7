"""The tree of branches, to read; it is edited in the administration."""

from coordination import queries
from coordination.access import Permission
from core.views import PageView


class BranchListView(PageView):
    """The branches one may see, as a tree."""

    permission = Permission.VIEW_ACTIVITIES
    template_name = "coordination/branch/list.html"

    def get_context_data(self, **kwargs):
        tree = queries.branch_tree(self.request.user)
        return super().get_context_data(**kwargs) | {"tree": tree}
