"""Pages of a list: `?side=2`. An unknown page shows the nearest one."""

from django.core.paginator import Paginator

PAGE_SIZE = 25
PARAMETER = "side"


def page_of(request, rows, size=PAGE_SIZE, total=None):
    """The page of `rows` that the address asks for, its rows read. 2 queries.

    `total`: how many there are, for who has a cheaper way than counting the rows; then 1 query.
    """
    paginator = Paginator(rows, size)
    if total is not None:
        paginator.count = total
    page = paginator.get_page(request.GET.get(PARAMETER))
    page.object_list = list(page.object_list)
    return page
