"""The base of every page in the administration.

    class LegalReferenceAdmin(ModelAdmin):
        permission = Permission.EDIT_TEMPLATES       # to look
        change_permission = Permission.EDIT_TEMPLATES  # to add and change; None: read only

What holds for all of them: rows come from `.permitted` (404 outside) or, where a row has no
branch, need the permission for the whole municipality; nothing is deleted, nothing is done to
many rows at once; a change is audited by the names of its fields, looking at people's data
writes an access event. Rows with states are read only: a `Deed` is a button whose confirmed
POST calls the action, and `page_url_name` leads to the page where the work is done.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.forms import Media
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, forms
from core.backends import EVERYWHERE
from core.constraints import explained
from core.errors import DomainError
from core.paging import PAGE_SIZE

VIEW_AUDIT = "view_audit"

audit.kind("admin.added", gettext_lazy("Added in the administration"))
audit.kind("admin.changed", gettext_lazy("Changed in the administration"))


@dataclass(frozen=True)
class Deed:
    """A button on a row's page that asks first and then calls one action.

    `perform(row, by=user, **cleaned_data)` may raise DomainError, and may return a row whose
    page comes next. `possible(row)` says whether the button makes sense now; the action itself
    decides.
    """

    name: str
    label: str
    question: str
    perform: Callable
    done: str
    possible: Callable = lambda row: True
    consequences: Sequence = ()
    form_class: type | None = None


class ModelAdmin(admin.ModelAdmin):
    """See the module's docstring."""

    form = forms.ModelForm
    add_form = None
    permission = None
    change_permission = None
    addable = True
    access_purpose = None
    page_url_name = ""
    page_label = gettext_lazy("Open the page")
    deeds = ()
    section = "other"
    order = 50
    lead = ""
    add_label = gettext_lazy("Add")
    extra_template = ""

    actions = None
    list_per_page = PAGE_SIZE
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_help_text = gettext_lazy("Search")
    view_on_site = False
    media = Media()  # our pages bring what they need; none of the administration's scripts

    # --- Who may do what -------------------------------------------------------------------

    @property
    def _scoped(self):
        return hasattr(self.model._default_manager.all(), "permitted")

    def _holds(self, request, permission, row=None):
        """True if the user has the permission: on this row, or somewhere for the list."""
        if permission is None:
            return False
        if not self._scoped:
            return request.user.has_perm(permission, EVERYWHERE)
        if row is None or row.pk is None:
            return request.user.has_perm(permission)
        rows = self.model._default_manager.permitted(request.user, permission)
        return rows.filter(pk=row.pk).exists()

    def has_module_permission(self, request):
        return self._holds(request, self.permission)

    def has_view_permission(self, request, obj=None):
        return self._holds(request, self.permission, obj)

    def has_change_permission(self, request, obj=None):
        return self._holds(request, self.change_permission, obj)

    def has_add_permission(self, request):
        return self.addable and self._holds(request, self.change_permission)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows.permitted(request.user, self.permission) if self._scoped else rows

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def get_row(self, request, pk):
        """The row, if this user may see it. Raises Http404."""
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        return row

    # --- Pages -----------------------------------------------------------------------------

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_deed"
        view = self.admin_site.admin_view(self.deed_view)
        view.model_admin = self  # as Django marks its own
        return [path("<int:pk>/handling/<slug:name>/", view, name=name), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)
        if context and "cl" in context:
            changelist = context["cl"]
            context["page_obj"] = changelist.paginator.get_page(changelist.page_num)
            context |= {"lead": self.lead, "add_label": self.add_label}
            self.record_access(request, changelist.result_list)
        return response

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Django's, where a rule's no comes back as an error in the form, nothing typed lost."""
        pages = partial(super().changeform_view, request, object_id, form_url, extra_context)
        try:
            with explained():
                return self._seen(request, pages())
        except DomainError as error:
            request.domain_error = error
            return self._seen(request, pages())

    def _seen(self, request, response):
        context = getattr(response, "context_data", None)
        if context and context.get("original") is not None:
            self.record_access(request, [context["original"]])
        return response

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None and self.add_form is not None:
            kwargs["form"] = self.add_form
        form_class = super().get_form(request, obj, change=change, **kwargs)
        error = getattr(request, "domain_error", None)
        return form_class if error is None else _refused(form_class, error)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        return forms.plain_formfield(db_field, **kwargs)

    def render_change_form(self, request, context, add=False, change=False, **kwargs):
        row = kwargs.get("obj")
        if add:
            context["title"] = self.add_label
        context |= {
            "lead": self.lead if add else "",
            "deeds": self.deeds_for(request, row) if row else [],
            "page_url": self.page_url(row) if row else "",
            "page_label": self.page_label,
            "history_url": self.history_url(request, row) if row else "",
            "extra_template": self.extra_template if row else "",
            **(self.extra_context(request, row) if row else {}),
        }
        return super().render_change_form(request, context, add=add, change=change, **kwargs)

    def extra_context(self, request, row):
        """What `extra_template`, shown under the row's fields, needs."""
        return {}

    def page_url(self, row):
        """Where the row is worked with, outside the administration; "" for nowhere."""
        return reverse(self.page_url_name, args=[row.pk]) if self.page_url_name else ""

    def history_url(self, request, row):
        """The audit's events about the row, for those who may read the audit."""
        if not request.user.has_perm(VIEW_AUDIT, EVERYWHERE):
            return ""
        query = {"object_type__exact": self.opts.label_lower, "object_id__exact": row.pk}
        return f"{reverse('admin:core_auditevent_changelist')}?{urlencode(query)}"

    def history_view(self, request, object_id, extra_context=None):
        url = self.history_url(request, self.get_row(request, unquote(object_id)))
        if not url:
            raise PermissionDenied
        return redirect(url)

    # --- Deeds -----------------------------------------------------------------------------

    def may_do(self, request, row):
        """Who may press this row's buttons: whoever may change it."""
        return self._holds(request, self.change_permission, row)

    def deeds_for(self, request, row):
        """The buttons that make sense on the row now, for this user."""
        if not self.deeds or not self.may_do(request, row):
            return []
        return [deed for deed in self.deeds if deed.possible(row)]

    def deed_view(self, request, pk, name):
        """GET asks, POST does."""
        row = self.get_row(request, pk)
        deed = next((deed for deed in self.deeds if deed.name == name), None)
        if deed is None:
            raise Http404
        if not self.may_do(request, row):
            raise PermissionDenied
        self.record_access(request, [row])
        form = None
        if deed.form_class is not None:
            form = deed.form_class(request.POST if request.method == "POST" else None)
        if request.method != "POST" or (form is not None and not form.is_valid()):
            return self._ask(request, deed, row, form)
        try:
            with explained(), transaction.atomic():
                result = deed.perform(row, by=request.user, **(form.cleaned_data if form else {}))
        except DomainError as error:
            return self._ask(request, deed, row, form, error=error)
        messages.success(request, deed.done)
        return HttpResponseRedirect(self.address_of(result if _is_row(result) else row))

    def address_of(self, row):
        """The row's page in the administration."""
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    def _ask(self, request, deed, row, form, error=None):
        context = {
            **self.admin_site.each_context(request),
            "heading": f"{deed.label}: {row}",
            "question": deed.question,
            "action": deed.label,
            "consequences": deed.consequences,
            "cancel_url": self.address_of(row),
            "form": form,
            "error": error,
            "crumbs": [
                {"text": _("Start"), "url": reverse("start")},
                {"text": _("Administration"), "url": reverse("admin:index")},
                {"text": capfirst(self.opts.verbose_name_plural), "url": self.list_url},
                {"text": str(row), "url": self.address_of(row)},
                {"text": deed.label, "url": ""},
            ],
        }
        status = 409 if error else 200
        return TemplateResponse(request, "components/confirm_page.html", context, status=status)

    @property
    def list_url(self):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    # --- Writing ---------------------------------------------------------------------------

    def save_model(self, request, obj, form, change):
        saved = self.store(obj, form, change, by=request.user)
        obj.__dict__.update(saved.__dict__)  # the page goes on with the row as the action left it

    def store(self, row, form, change, *, by):
        """Write the row and its event; return the row. A subclass calls its action instead."""
        if change and not form.changed_data:
            return row
        row.save()
        audit.record(
            "admin.changed" if change else "admin.added",
            by=by,
            about=row,
            fields=[name for name in form.changed_data if name in form.fields],
        )
        return row

    def log_addition(self, request, obj, message):
        """Nothing: Django's own log quotes names; the audit is ours."""

    def log_change(self, request, obj, message):
        """Nothing; see log_addition."""

    # --- Looking at people -----------------------------------------------------------------

    def people_in(self, rows):
        """The ids of the people whom these rows show. Required where `access_purpose` is set."""
        raise NotImplementedError(f"{type(self).__name__} must say whom it shows.")

    def record_access(self, request, rows):
        if self.access_purpose:
            audit.record_access(request, self.people_in(rows), self.access_purpose)


class ReadOnlyAdmin(ModelAdmin):
    """Rows to look at; what is done to them is done by deeds and on pages of their own."""

    deed_permission = None
    addable = False

    def has_change_permission(self, request, obj=None):
        return False

    def may_do(self, request, row):
        return self._holds(request, self.deed_permission, row)


def _refused(form_class, error):
    """The form class with what a rule said as an error of its own."""

    class Refused(form_class):
        def _post_clean(self):
            super()._post_clean()
            self.add_domain_error(error)

    return Refused


def _is_row(result):
    return hasattr(result, "_meta") and getattr(result, "pk", None) is not None


def named_user(lookup):
    """A subquery for the name of the user whose id is in `lookup`, a plain number."""
    user = get_user_model().objects.filter(pk=OuterRef(lookup))
    return Subquery(user.values("name")[:1])
