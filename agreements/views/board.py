"""The compliance board: what is not in order where, the lists behind it, and deeds on many."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agreements import board, numbers, queries
from agreements.actions import agreements
from agreements.forms.board import BoardFilter
from coordination.access import Permission
from core import audit, jobs
from core.constraints import explained
from core.errors import DomainError
from core.periods import today
from core.views import ListView, PageView

LIST_SHOWN = audit.purpose("agreement.board", _("A list behind the compliance board was shown"))
SEND_JOB = "agreements.send"


@dataclass(frozen=True)
class Bulk:
    """A deed that is the same for many rows: `deed(row, by)` raises DomainError for a no."""

    label: str
    permission: str
    deed: Callable
    done: Callable


def _make(engagement, by):
    """One agreement for all that the volunteer lacks one for at the branch."""
    agreements.draft(engagements=[engagement], by=by)


def _send(agreement, by):
    """By the worker: each text takes a third of a second to set."""
    jobs.enqueue(SEND_JOB, key=f"send:{agreement.pk}", agreement_id=agreement.pk, user_id=by.pk)


def _remind(agreement, by):
    agreements.send_link_again(agreement=agreement, by=by)


BULK = {
    numbers.MISSING: Bulk(
        _("Make agreements for those chosen"),
        Permission.MAKE_AGREEMENTS,
        _make,
        lambda n: ngettext("%d agreement is made.", "%d agreements are made.", n) % n,
    ),
    numbers.DRAFT: Bulk(
        _("Send those chosen for signing"),
        Permission.MAKE_AGREEMENTS,
        _send,
        lambda n: (
            ngettext(
                "%d agreement is being sent. It leaves this list in a moment.",
                "%d agreements are being sent. They leave this list in a moment.",
                n,
            )
            % n
        ),
    ),
    numbers.UNSIGNED: Bulk(
        _("Remind those chosen"),
        Permission.MAKE_AGREEMENTS,
        _remind,
        lambda n: ngettext("%d party is reminded.", "%d parties are reminded.", n) % n,
    ),
}
BULK[numbers.UNSIGNED_GUARDIAN] = BULK[numbers.UNSIGNED]


class BoardView(PageView):
    """What is not in order, in all and branch by branch."""

    permission = Permission.VIEW_AGREEMENTS
    template_name = "agreements/board/page.html"

    def get_context_data(self, **kwargs):
        user = self.request.user
        branches = queries.branches_of(user, Permission.VIEW_AGREEMENTS)
        return super().get_context_data(board=board.board(user, today(), branches), **kwargs)


class BoardListView(ListView):
    """The rows behind one number, each with its next step; some deeds for many at once."""

    permission = Permission.VIEW_AGREEMENTS
    template_name = "agreements/board/list.html"
    access_purpose = LIST_SHOWN
    filter_class = BoardFilter

    def dispatch(self, request, *args, **kwargs):
        self.number = board.number(kwargs["key"])
        if self.number is None:
            raise Http404
        self.permission = self.number.permission
        self.bulk = BULK.get(self.number.key)
        return super().dispatch(request, *args, **kwargs)

    def permitted_rows(self):
        return self.number.read(self.number.permitted(self.request.user, today()))

    def get_filter_kwargs(self):
        branches = queries.branches_of(self.request.user, self.number.permission)
        return super().get_filter_kwargs() | {"branches": branches, "number": self.number}

    def people_in(self, rows):
        if not self.number.about_people:
            return []
        return [row.volunteer_id for row in rows if row.volunteer_id]

    def get_context_data(self, *, rows, **kwargs):
        may_bulk = self.bulk is not None and self.request.user.has_perm(self.bulk.permission)
        return super().get_context_data(
            number=self.number,
            lines=self.number.lines(rows, today(), self.request.user),
            bulk=self.bulk if may_bulk and rows else None,
            rows=rows,
            **kwargs,
        )

    def post(self, request, *args, **kwargs):
        """Do the list's deed on the chosen rows; say how many, and why not the others."""
        self.require_permission()
        if self.bulk is None:
            raise Http404
        chosen = [int(pk) for pk in request.POST.getlist("chosen") if pk.isdecimal()]
        rows = self.number.rows(today()).permitted(request.user, self.bulk.permission)
        done, refused = self._do(self.number.read(rows.filter(pk__in=chosen[: self.paginate_by])))
        if done:
            messages.success(request, self.bulk.done(done))
        for sentence in refused:
            messages.warning(request, sentence)
        if not done and not refused:
            messages.warning(request, _("Choose at least one in the list first."))
        return HttpResponseRedirect(request.get_full_path())

    def _do(self, rows):
        done, refused = 0, []
        for row in rows:
            try:
                with explained():
                    self.bulk.deed(row, self.request.user)
            except DomainError as error:
                party = row.volunteer.person.display_name if row.volunteer_id else row.other_party
                refused.append(f"{party}: {error.message}")
            else:
                done += 1
        return done, refused
