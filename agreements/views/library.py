"""The library of texts for those who use it: what a template says, what changed, and own words.

Templates and their versions are edited in the administration.
"""

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import changes, documents, library, queries
from agreements.actions import local_clauses
from agreements.forms.library import LocalClauseForm
from agreements.models import LocalClause
from coordination.access import Permission, scope_of
from coordination.filters import visible_activities
from coordination.models import Activity
from core.periods import today
from core.views import ActionView, DetailView, FormView, PageView

READERS = Permission.EDIT_TERMS


def template_url(pk):
    return reverse("agreements:text-detail", args=[pk])


def crumbs(template=None):
    steps = [{"text": _("Texts of agreements"), "url": reverse("agreements:text-list")}]
    if template is not None:
        steps.append({"text": template.title, "url": template_url(template.pk)})
    return steps


class TextListView(PageView):
    """The templates in use, and what is to be mended."""

    permission = READERS
    template_name = "agreements/library/list.html"

    def get_context_data(self, **kwargs):
        waiting = queries.local_clauses().permitted(self.request.user, READERS).waiting()
        return super().get_context_data(
            templates=list(queries.templates()),
            outdated=library.outdated(today()),
            waiting=list(waiting),
            **kwargs,
        )


class OfTheCentre:
    """Rows of the municipality's texts, the same for all who may read them."""

    permission = READERS

    def permitted_rows(self):
        self.require_permission()
        return self.rows()


class TextDetailView(OfTheCentre, DetailView):
    """A template's text in use, its versions, and the branches' own words."""

    template_name = "agreements/library/detail.html"

    def rows(self):
        return queries.templates()

    def get_context_data(self, **kwargs):
        user = self.request.user
        versions = list(queries.versions().filter(template=self.object).order_by("-number"))
        own = queries.local_clauses().filter(template=self.object).permitted(user, READERS)
        by_key = {}
        for local in own.order_by("branch__path", "pk"):
            local.may_approve = scope_of(user).holds(Permission.EDIT_TEMPLATES, local.branch.path)
            by_key.setdefault(local.key, []).append(local)
        current = versions[0]
        clauses = [(clause, by_key.get(clause.key, [])) for clause in current.clauses.all()]
        return super().get_context_data(
            versions=versions, current=current, clauses=clauses, crumbs=crumbs(), **kwargs
        )


class TextChangesView(OfTheCentre, DetailView):
    """What a published version changed against the one before, clause by clause."""

    template_name = "agreements/library/changes.html"

    def rows(self):
        return queries.versions()

    def get_context_data(self, **kwargs):
        before = queries.version_before(self.object)
        old = changes.of_clauses(before.clauses.all()) if before else []
        return super().get_context_data(
            before=before,
            changes=changes.between(old, changes.of_clauses(self.object.clauses.all())),
            crumbs=crumbs(self.object.template),
            **kwargs,
        )


# --- Own words -------------------------------------------------------------------------------


class LocalClauseWriteView(OfTheCentre, FormView):
    """Write a branch's own words for an open clause."""

    form_class = LocalClauseForm
    template_name = "agreements/library/own_words.html"
    success_message = gettext_lazy("Your own words are saved.")

    def rows(self):
        return queries.open_clauses()

    def get_initial(self):
        """The central text to begin from, where it can be saved as it stands."""
        if library.own_words_faults(self.object, self.object.body, self.object.body_en):
            return {}
        return {"body": self.object.body, "body_en": self.object.body_en}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "branches": queries.branches_of(self.request.user, READERS),
            "clause": self.object,
            "cancel_url": template_url(self.object.version.template_id),
        }

    def perform(self, form):
        local_clauses.write(clause=self.object, by=self.request.user, **form.cleaned_data)
        return template_url(self.object.version.template_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=_("Our own words: %(heading)s") % {"heading": self.object.heading},
            lead=_("What is sent already keeps its words. New agreements get yours."),
            crumbs=crumbs(self.object.version.template),
            **kwargs,
        )


class LocalClauseDeed(ActionView):
    """A deed on a branch's own words that asks first."""

    model = LocalClause
    permission = READERS
    template_name = "agreements/deed.html"
    heading = question = action = ""

    def rows(self):
        return queries.local_clauses()

    def perform(self):
        self.deed(local=self.object, by=self.request.user)
        return template_url(self.object.template_id)

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            heading=f"{self.heading}: {self.object.branch.name}, {self.object.heading}",
            question=self.question,
            action=self.action,
            consequences=[self.object.body],
            cancel_url=template_url(self.object.template_id),
            crumbs=crumbs(self.object.template),
            **kwargs,
        )


class LocalClauseApproveView(LocalClauseDeed):
    """Let a branch use its own words."""

    permission = Permission.EDIT_TEMPLATES
    heading = gettext_lazy("Approve a branch's own words")
    question = gettext_lazy("Shall this stand in the branch's new agreements?")
    action = gettext_lazy("Approve")
    success_message = gettext_lazy("The text is approved.")
    deed = staticmethod(local_clauses.approve)


class LocalClauseWithdrawView(LocalClauseDeed):
    """Let the central text stand again."""

    heading = gettext_lazy("Withdraw the branch's own words")
    question = gettext_lazy("Shall the central text stand in new agreements again?")
    action = gettext_lazy("Withdraw")
    success_message = gettext_lazy("The central text stands again.")
    deed = staticmethod(local_clauses.withdraw)


# --- The handbook ----------------------------------------------------------------------------


class HandbookView(DetailView):
    """An activity's terms as a page to read: what to do, what not, and whom to ask."""

    model = Activity
    permission = Permission.VIEW_ACTIVITIES
    template_name = "agreements/library/handbook.html"

    def permitted_rows(self):
        """Of whoever may see the activity: it may belong to a branch above."""
        return visible_activities(self.request.user).select_related("branch", "terms__template")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            title=self.object.title,
            text=documents.handbook(self.object, self.object.branch),
            **kwargs,
        )


class OwnHandbookView(DetailView):
    """The same for a volunteer, of an engagement of their own."""

    own = True
    template_name = "agreements/library/handbook.html"

    def rows(self):
        return queries.engagements()

    def get_context_data(self, **kwargs):
        activity = queries.activities().filter(pk=self.object.site.activity_id).first()
        if activity is None:
            raise Http404
        return super().get_context_data(
            title=activity.title,
            text=documents.handbook(activity, self.object.site.branch),
            **kwargs,
        )
