"""Pages of a list: `?side=2`. An unknown page shows the nearest one."""

from django.core.paginator import Paginator

PAGE_SIZE = 25
PARAMETER = "side"


def page_of(request, rows, size=PAGE_SIZE):
    """The page of `rows` that the address asks for, its rows read. 2 queries.

    `rows` is a queryset, or a `core.prepared.PreparedList` that is told.
    """
    page = Paginator(rows, size).get_page(request.GET.get(PARAMETER))
    page.object_list = list(page.object_list)
    return page
