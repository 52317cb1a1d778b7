"""The five kinds of page. A view is configuration: whose rows, which permission, which action.

Every view starts from rows that the user is permitted to: `permission` names what staff need
(asked of the queryset's `.permitted`), `own = True` gives people what is theirs (`.own`).
Outside one's branches answers 404, the same as what does not exist; inside without the
permission 403. Whoever is shown is written to the access log from here (`access_purpose`).
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from core import audit
from core.constraints import explained
from core.errors import DomainError
from core.paging import PAGE_SIZE, page_of


class ScopedMixin:
    """Rows that this user may reach; see the module's docstring.

    `model` or `rows()` say which; `access_purpose` is a key registered with `audit.purpose`,
    and `people_in(rows)` the ids of the people whose data the page shows.
    """

    model = None
    permission = None
    own = False
    access_purpose = None

    def rows(self):
        """The rows before access is applied. Override it with a function of `queries`."""
        return self.model._default_manager.all()

    def permitted_rows(self):
        if self.own:
            return self.rows().own(self.request.user)
        return self.rows().permitted(self.request.user, self.permission)

    def require_permission(self):
        """403 unless the user holds the permission somewhere: for pages without one row."""
        if self.permission and not self.request.user.has_perm(self.permission):
            raise PermissionDenied

    def get_object(self):
        """The row with the address's pk, if this user may have it; else 403 or 404."""
        found = self.permitted_rows().filter(pk=self.kwargs["pk"]).first()
        if found is not None:
            return found
        if not self.own and self._is_visible():
            raise PermissionDenied
        raise Http404

    def _is_visible(self):
        """True if the row lies in the user's branches; rows without a branch lie in none."""
        rows = self.rows()
        return hasattr(rows, "visible") and (
            rows.visible(self.request.user).filter(pk=self.kwargs["pk"]).exists()
        )

    def people_in(self, rows):
        """The ids of the people whom these rows show. Required where `access_purpose` is set."""
        raise NotImplementedError(f"{type(self).__name__} must say whom it shows.")

    def record_access(self, rows):
        if self.access_purpose:
            audit.record_access(self.request, self.people_in(rows), self.access_purpose)


class PageView(ScopedMixin, TemplateView):
    """A page that is neither one row nor one list, such as an overview."""

    def get(self, request, *args, **kwargs):
        self.require_permission()
        return super().get(request, *args, **kwargs)


class ListView(ScopedMixin, TemplateResponseMixin, ContextMixin, View):
    """A paged list with an optional GET filter form (`filter_class`, with `.apply(rows)`).

    Context: `page_obj`, `rows` (this page's), `filter`. An unknown page shows the nearest one.
    """

    filter_class = None
    paginate_by = PAGE_SIZE

    def get(self, request, *args, **kwargs):
        self.require_permission()
        filter_form = self.get_filter()
        rows = self.prepared_rows(filter_form)
        if rows is None:
            rows = self.permitted_rows()
            rows = rows if filter_form is None else filter_form.apply(rows)
        page = page_of(request, rows, self.paginate_by)
        self.record_access(page.object_list)
        return self.render_to_response(
            self.get_context_data(page_obj=page, rows=page.object_list, filter=filter_form)
        )

    def prepared_rows(self, filter_form):
        """The same rows as a PreparedList that is told, for a list that is looked at all the time
        with the filter as it is now; None where they are asked for as `permitted_rows`."""
        return

    def get_filter(self):
        """The filter form bound to the address's query, or None."""
        if self.filter_class is None:
            return None
        return self.filter_class(self.request.GET or None, **self.get_filter_kwargs())

    def get_filter_kwargs(self):
        return {"user": self.request.user}


class DetailView(ScopedMixin, TemplateResponseMixin, ContextMixin, View):
    """One row. Context: `object` and whatever `get_context_data` adds."""

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        self.record_access([self.object])
        return self.render_to_response(self.get_context_data(object=self.object))


class FormView(ScopedMixin, TemplateResponseMixin, ContextMixin, View):
    """A form that calls one action. With a pk in the address it is about that row.

    Subclasses give `form_class`, `perform(form)` (calls the action, returns the next address)
    and `success_message`. What a rule says no to stands in the form; nothing typed is lost. With
    `edits = True` the form starts from what stands and notices if somebody else changes that.
    """

    form_class = None
    template_name = "components/form_page.html"
    success_message = ""
    edits = False
    object = None

    def prepare(self):
        """Check access and load the row before anything else."""
        if "pk" in self.kwargs:
            self.object = self.get_object()
            self.record_access([self.object])
        else:
            self.require_permission()

    def get(self, request, *args, **kwargs):
        self.prepare()
        return self.render_form(self.get_form())

    def post(self, request, *args, **kwargs):
        self.prepare()
        form = self.get_form()
        if not form.is_valid():
            return self.render_form(form)
        try:
            with explained():
                address = self.perform(form)
        except DomainError as error:
            form.add_domain_error(error)
            return self.render_form(form)
        if self.success_message:
            messages.success(request, self.success_message)
        return HttpResponseRedirect(address)

    def get_form(self):
        form = self.form_class(**self.get_form_kwargs())
        if self.edits:
            form.watch()
        return form

    def get_form_kwargs(self):
        kwargs = {"initial": self.get_initial()}
        if self.request.method == "POST":
            kwargs |= {"data": self.request.POST, "files": self.request.FILES}
        return kwargs

    def get_initial(self):
        return {}

    def render_form(self, form):
        return self.render_to_response(self.get_context_data(form=form, object=self.object))

    def perform(self, form):
        """Call one action with the cleaned data; return the address to go to."""
        raise NotImplementedError


class ActionView(ScopedMixin, TemplateResponseMixin, ContextMixin, View):
    """One deed on one row: GET asks whether to, POST does it.

    Subclasses give `perform()` (calls the action on `self.object`, returns the next address).
    A no from a rule is shown on the same page.
    """

    template_name = "components/confirm_page.html"
    success_message = ""

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        self.record_access([self.object])
        return self.render_to_response(self.get_context_data(object=self.object))

    def post(self, request, *args, **kwargs):
        self.object = self.get_object()
        try:
            with explained():
                address = self.perform()
        except DomainError as error:
            self.record_access([self.object])
            return self.render_to_response(
                self.get_context_data(object=self.object, error=error), status=409
            )
        if self.success_message:
            messages.success(request, self.success_message)
        return HttpResponseRedirect(address)

    def perform(self):
        """Call one action on `self.object`; return the address to go to."""
        raise NotImplementedError


@method_decorator(login_not_required, name="dispatch")
class PublicFormView(FormView):
    """A form that citizens fill in without signing in."""

    permission = None

    def prepare(self):
        """Public: a subclass that is about a row loads it from what is public."""
