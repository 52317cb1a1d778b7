"""The page behind the QR code on a wall: "I am here". It shows nobody but oneself."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from coordination import attendance, posters
from coordination.actions import attendance as actions
from coordination.forms.attendance import AttendanceForm
from coordination.models import MarkWay
from coordination.views.own import own_crumbs, own_volunteer
from core import audit, throttle
from core.errors import DomainError
from core.templatetags.ui import when
from core.views import FormView, PageView

LED = audit.purpose("shift.led", gettext_lazy("A shift lead saw your first name on a shift"))


@method_decorator([login_not_required, never_cache], name="dispatch")
class CheckInView(TemplateResponseMixin, ContextMixin, View):
    """GET tells what one may say here and now, POST says it.

    Whoever is not signed in reads where they are and how to sign in, and comes back. An address
    that does not work tells no more than that.
    """

    template_name = "coordination/check_in/page.html"

    def dispatch(self, request, *args, **kwargs):
        self.site = posters.read(kwargs["token"])
        if self.site is None:
            return self.unknown()
        return super().dispatch(request, *args, **kwargs)

    def unknown(self):
        try:
            throttle.check(self.request, "poster-guess")
        except DomainError as error:
            context, status = {"error": error}, 429
        else:
            context, status = {}, 404
        return render(self.request, "coordination/check_in/unknown.html", context, status=status)

    def get(self, request, *args, **kwargs):
        return self.render_to_response(self.get_context_data())

    def post(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return HttpResponseRedirect(self.sign_in_url("account_login"))
        try:
            actions.check_in(assignment=self.chosen(), by=request.user)
        except DomainError as error:
            return self.render_to_response(self.get_context_data(error=error), status=409)
        return HttpResponseRedirect(request.path)

    def chosen(self):
        """The sign-up that the button was about: one of one's own, here."""
        volunteer = own_volunteer(self.request.user)
        number = self.request.POST.get("assignment", "")
        if volunteer is None or not number.isdecimal():
            raise Http404
        rows = volunteer.assignments.filter(shift__site=self.site, pk=int(number[:18]))
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def sign_in_url(self, name):
        return f"{reverse(name)}?{urlencode({'next': self.request.path})}"

    def get_context_data(self, **kwargs):
        user, volunteer, check_in = self.request.user, None, None
        if user.is_authenticated:
            volunteer = own_volunteer(user)
        if volunteer is not None:
            check_in = attendance.check_in_of(self.site, volunteer, timezone.now())
        coming = check_in.coming if check_in else None
        return super().get_context_data(**kwargs) | {
            "site": self.site,
            "volunteer": volunteer,
            "check_in": check_in,
            "opens_at": attendance.opens_at(coming.shift) if coming else None,
            "sign_in_url": self.sign_in_url("account_login"),
            "code_url": self.sign_in_url("account_request_login_code"),
        }


# --- A shift lead's own pages --------------------------------------------------------------


class LedListView(PageView):
    """The shifts on which I may register who came; nobody's name stands here."""

    template_name = "coordination/own/led.html"

    def get_context_data(self, **kwargs):
        now = timezone.now()
        heading = _("Who came?")
        return super().get_context_data(**kwargs) | {
            "shifts": list(attendance.shifts_led(self.request.user, now).order_by("starts_at")),
            "heading": heading,
            "crumbs": own_crumbs(heading),
        }


class LedShiftView(FormView):
    """First names of those on one shift that I lead, and whether they came."""

    form_class = AttendanceForm
    own = True
    access_purpose = LED
    template_name = "coordination/own/led_shift.html"
    success_message = gettext_lazy("Attendance is saved. Thank you.")

    def permitted_rows(self):
        return attendance.shifts_led(self.request.user, timezone.now())

    def people_in(self, rows):
        self.booked = attendance.on_shift(self.object)
        return [row.volunteer_id for row in self.booked]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "assignments": self.booked,
            "names": attendance.short_names(self.booked),
            "cancel_url": reverse("coordination:own-led"),
        }

    def perform(self, form):
        actions.mark_all(marks=form.marks(), by=self.request.user, way=MarkWay.LEAD)
        return reverse("coordination:own-led")

    def get_context_data(self, **kwargs):
        heading = _("Who came?")
        list_url = reverse("coordination:own-led")
        return super().get_context_data(**kwargs) | {
            "shift": self.object,
            "has_begun": self.object.has_started,
            "heading": heading,
            "crumbs": [
                *own_crumbs(heading)[:1],
                {"text": heading, "url": list_url},
                {"text": when(self.object.starts_at), "url": ""},
            ],
        }
