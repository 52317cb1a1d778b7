"""What is measured: one table. A later issue adds its own line here.

A workload is a function that makes one request and returns its Answer; whatever it needs
(volunteers not used before, shifts with room) is in the data set's `Targets`.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse


@dataclass(frozen=True)
class Limit:
    """At most so many queries, and so many times the floor; None is no limit."""

    queries: int | None = None
    ratio: float | None = None


LIST = Limit(12, 6)
PAGE = Limit(20, 8)
CALENDAR = Limit(12, 8)
POST = Limit(25)
PDF = Limit(ratio=1.25)


@dataclass(frozen=True)
class Workload:
    """`request(desk, number)` makes the number-th request; `status` is what it must answer."""

    name: str
    limit: Limit
    request: object
    status: int = 200
    floor: str = "floor"


def _page(name, *args_of, query=""):
    """A GET by the coordinator; `args_of` name the lists of ids that are gone through in turn."""

    def request(desk, number):
        args = [_in_turn(getattr(desk.targets, of), number) for of in args_of]
        return desk.coordinator.get(reverse(name, args=args) + query)

    return request


def _search(desk, number):
    words = _in_turn(desk.targets.search_words, number)
    return desk.coordinator.get(
        reverse("coordination:volunteer-list") + "?" + urlencode({"q": words})
    )


def _first_look(name):
    """A page whose numbers are kept for a minute, by a coordinator who has not seen it yet."""
    return lambda desk, number: desk.colleague(number).get(reverse(name))


def _public_list(desk, number):
    return desk.citizen(number).get(reverse("recruitment:opportunity-list"))


def _public_activity(desk, number):
    address = reverse("recruitment:public-activity", args=[desk.targets.busy_activity])
    return desk.citizen(number).get(f"{address}?side={number % 5 + 1}")


def _public_sign_up(desk, number):
    opportunity = _in_turn(desk.targets.opportunities, number)
    return desk.citizen(number, form=reverse("recruitment:sign-up", args=[opportunity])).post(
        reverse("recruitment:sign-up", args=[opportunity]),
        {
            "name": f"Ansøger Nummer {number}",
            "email": f"ny{number}@bench.invalid",
            "phone": "",
            "postcode": "5000",
            "languages": "dansk",
            "availability": "Tirsdage",
            "channel": "portal",
            "message": "Jeg vil gerne hjælpe.",
        },
    )


def _shift_sign_up(desk, number):
    address = reverse("coordination:own-shift-sign-up", args=[desk.targets.open_shifts[number]])
    return desk.volunteer(number, form=address).post(address, {})


def _calendar_month(desk, number):
    return desk.coordinator.get(
        reverse("coordination:calendar") + f"?view=month&day={desk.targets.busy_month}"
    )


def _in_turn(values, number):
    return values[number % len(values)]


WORKLOADS = (
    Workload("home", PAGE, _page("start")),
    Workload("home_first", Limit(20), _first_look("start")),
    Workload("volunteer_list", LIST, _page("coordination:volunteer-list")),
    Workload("volunteer_search", LIST, _search),
    Workload("volunteer_detail", PAGE, _page("coordination:volunteer-detail", "volunteers")),
    Workload("activity_list", LIST, _page("coordination:activity-list")),
    Workload("activity_detail", PAGE, _page("coordination:activity-detail", "activities")),
    Workload("shift_list", LIST, _page("coordination:shift-list")),
    Workload("calendar_month", CALENDAR, _calendar_month),
    Workload("public_list", LIST, _public_list),
    Workload("public_activity_page", LIST, _public_activity),
    Workload("public_signup_post", POST, _public_sign_up, status=302),
    Workload("shift_signup_post", POST, _shift_sign_up, status=302),
    Workload("compliance_board", PAGE, _page("agreements:board")),
    Workload("compliance_board_first", Limit(20), _first_look("agreements:board")),
    Workload(
        "agreement_pdf",
        PDF,
        _page("agreements:agreement-preview", "drafts"),
        floor="pdf_floor",
    ),
)
