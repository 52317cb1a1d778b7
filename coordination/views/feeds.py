"""Calendars on one's phone: secret addresses, what is behind them, one shift as a file."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from coordination import calendars, feeds, rosters
from coordination.access import Permission
from coordination.actions import feeds as actions
from coordination.forms.feeds import OwnFeedForm, StaffFeedForm
from coordination.models import CalendarFeed, FeedKind
from coordination.views.own import own_crumbs, own_volunteer
from core import ical, throttle
from core.errors import DomainError
from core.views import ActionView, DetailView, FormView


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
def read_feed(request, token):
    """A calendar by its secret address, `?from=2026-01-01` for another window of time.

    The same answer to what was never there, is switched off, or may not be seen any more.
    """
    try:
        feed = _feed(request, token)
    except DomainError as error:
        return HttpResponse(error.message, status=429, headers={"Retry-After": throttle.HOUR})
    with translation.override(feed.owner.language):
        first = calendars.day_of_text(request.GET.get("from"), None)
        found = feeds.entries(feed, first)
        if found is None:
            raise Http404
        name = _("My shifts") if feed.kind == FeedKind.OWN else str(feed)
        return _answer(request, name, found)


def _feed(request, token):
    feed = feeds.read(token)
    if feed is None:
        throttle.check(request, "calendar-guess")
        raise Http404
    throttle.check(request, "calendar", of=feed.pk)
    return feed


def _answer(request, name, found):
    content = ical.written(name, found)
    tag = ical.etag(content)
    headers = {"ETag": tag, "Referrer-Policy": "no-referrer"}
    changed = ical.last_modified(found)
    if changed:
        headers["Last-Modified"] = changed
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(content, content_type=ical.CONTENT_TYPE, headers=headers)


class AssignmentFileView(DetailView):
    """One shift of one's own as a file for the calendar."""

    own = True

    def rows(self):
        return rosters.assignments().holding_a_place()

    def render_to_response(self, context):
        entries = feeds.own_entries(self.object.volunteer.person, [self.object])
        response = HttpResponse(ical.written(_("Shift"), entries), content_type=ical.CONTENT_TYPE)
        response["Content-Disposition"] = 'attachment; filename="vagt.ics"'
        return response


class FeedFormView(FormView):
    """The base of the pages on which one makes an address and finds those one has."""

    success_message = gettext_lazy("The calendar address is made.")

    def get_context_data(self, **kwargs):
        rows = CalendarFeed.objects.own(self.request.user).select_related("activity", "branch")
        shown = [
            (feed, feeds.address(feed))
            for feed in rows
            if (feed.kind == FeedKind.OWN) == isinstance(self, OwnFeedView)
        ]
        return super().get_context_data(**kwargs) | {"feeds": shown}


class OwnFeedView(FeedFormView):
    """My shifts on my phone."""

    form_class = OwnFeedForm
    template_name = "coordination/own/feed.html"

    def prepare(self):
        self.object = own_volunteer(self.request.user)
        if self.object is None:
            raise Http404

    def perform(self, form):
        actions.make(by=self.request.user)
        return reverse("coordination:own-feed")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "is_protected": self.object.person.protected_identity
        }


class StaffFeedsView(FeedFormView):
    """The shifts of an activity or a branch in staff's own calendars."""

    permission = Permission.VIEW_SHIFTS
    form_class = StaffFeedForm
    template_name = "coordination/calendar/feeds.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def perform(self, form):
        actions.make(by=self.request.user, **form.cleaned_data)
        return reverse("coordination:feed-list")


class FeedActionView(ActionView):
    """The base of what is done to an address of one's own."""

    own = True
    model = CalendarFeed
    heading = question = action = ""
    consequences = ()

    def back(self):
        own = self.object.kind == FeedKind.OWN
        return reverse("coordination:own-feed" if own else "coordination:feed-list")

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "heading": self.heading,
            "crumbs": own_crumbs(self.heading),
            "question": self.question,
            "consequences": self.consequences,
            "action": self.action,
            "cancel_url": self.back(),
        }


class RenewView(FeedActionView):
    """A new address, because somebody else may have seen the old one."""

    heading = gettext_lazy("A new calendar address")
    question = gettext_lazy("Get a new calendar address?")
    consequences = (
        gettext_lazy("The old address stops working at once."),
        gettext_lazy("Put the new one into your phone afterwards."),
    )
    action = gettext_lazy("Yes, give me a new one")
    success_message = gettext_lazy("You have a new calendar address.")

    def perform(self):
        actions.renew(feed=self.object, by=self.request.user)
        return self.back()


class SwitchOffView(FeedActionView):
    """No calendar any more."""

    heading = gettext_lazy("Switch the calendar off")
    question = gettext_lazy("Switch this calendar address off?")
    consequences = (
        gettext_lazy("The address stops working at once."),
        gettext_lazy("Delete the calendar on your phone as well."),
    )
    action = gettext_lazy("Yes, switch it off")
    success_message = gettext_lazy("The calendar address is switched off.")

    def perform(self):
        address = self.back()
        actions.switch_off(feed=self.object, by=self.request.user)
        return address
