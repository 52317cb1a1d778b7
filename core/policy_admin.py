"""The settings' pages in the administration: all keys with what holds now, and one form per key.

`core/admin.py` registers `PolicyValue` with `PolicyPages` in front of the house's ModelAdmin.
Rows are never edited: a new value gets a row of its own, so the history stays.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import files, forms, periods, policies
from core.errors import DomainError
from core.models import PolicyValue
from core.policies import CHOICE, EMAIL, FILE, TEXT, URL

EDIT_POLICIES = "edit_policies"
YES_NO = [("True", gettext_lazy("Yes")), ("False", gettext_lazy("No"))]


class PolicyForm(forms.Form):
    """A new value of one setting: from when, for which scope, and why.

    Says what is wrong with the shape; whether the value makes sense is asked of the setting.
    """

    submit_label = gettext_lazy("Save the setting")

    valid_from = forms.DateField(label=gettext_lazy("Counts from"), initial=periods.today)
    note = django_forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For example the decision behind it. Do not write names of people."),
        max_length=300,
        required=False,
    )

    def __init__(self, *args, policy, places=(), **kwargs):
        self.policy = policy
        super().__init__(*args, **kwargs)
        self.fields["value"] = value_field(policy)
        names = ["value", "valid_from", "note"]
        if policy.overridable and places:
            self.fields["path"] = django_forms.ChoiceField(
                label=gettext_lazy("Applies to"),
                choices=[("", gettext_lazy("The whole municipality")), *places],
                required=False,
            )
            self.fields["inherit"] = django_forms.BooleanField(
                label=gettext_lazy("Follow the wider setting again"), required=False
            )
            names = ["path", "value", "inherit", "valid_from", "note"]
        self.order_fields(names)

    def save(self, *, by):
        """Give the setting its value; raises DomainError with what is wrong."""
        data = self.cleaned_data
        common = {"by": by, "valid_from": data["valid_from"], "note": data["note"]}
        if data.get("inherit"):
            return policies.inherit(self.policy.key, path=data["path"], **common)
        if self.policy.type == FILE and data["value"]:
            upload = data["value"]
            return files.set_picture(
                self.policy.key, name=upload.name, content=upload.read(), **common
            )
        return policies.set(self.policy.key, data["value"], path=data.get("path", ""), **common)


def value_field(policy):
    """The form field for a setting's type. Emptiness and sense are judged by the setting."""
    common = {"label": policy.label, "help_text": policy.help, "required": False}
    if policy.type is bool:
        return django_forms.ChoiceField(choices=YES_NO, widget=django_forms.RadioSelect, **common)
    if policy.type == CHOICE:
        empty = [("", "–")] if policy.optional else []
        return django_forms.ChoiceField(choices=[*empty, *policy.choices], **common)
    if policy.type == FILE:
        return django_forms.FileField(**common)
    if policy.type is date:
        return forms.DateField(label=policy.label, help_text=policy.help, required=False)
    widgets = {
        int: django_forms.NumberInput(attrs={"min": policy.minimum, "max": policy.maximum}),
        TEXT: django_forms.Textarea(attrs={"rows": 4}),
        EMAIL: django_forms.EmailInput(),
        URL: django_forms.URLInput(),
    }
    return django_forms.CharField(widget=widgets.get(policy.type), **common)


@dataclass(frozen=True)
class PolicyLine:
    """One setting as the list shows it."""

    policy: policies.Policy
    value: str
    row: PolicyValue | None
    next_row: PolicyValue | None
    next_value: str
    elsewhere: int


def policy_lines():
    """Every registered setting with what holds for the municipality today. One query."""
    return [_line(policy) for policy in policies.registered()]


def _line(policy):
    row = policies.current_row(policy.key)
    next_row = policies.next_row(policy.key)
    return PolicyLine(
        policy=policy,
        value=policy.shown(policies.get(policy.key)),
        row=row,
        next_row=next_row,
        next_value=_row_shown(policy, next_row) if next_row else "",
        elsewhere=len(policies.paths_with_values(policy.key)),
    )


def _row_shown(policy, row):
    return _("follows the wider setting") if row.inherits else policy.shown(policy.read(row.value))


class PolicyPages:
    """Mixin for PolicyValue's ModelAdmin: its list, its form per key, and withdrawing a plan."""

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(EDIT_POLICIES)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(EDIT_POLICIES)

    def has_module_permission(self, request):
        return request.user.has_perm(EDIT_POLICIES)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("indstilling/<str:key>/", view(self.set_view), name="core_policyvalue_set"),
            path("fortryd/<int:pk>/", view(self.withdraw_view), name="core_policyvalue_withdraw"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        sections = [
            (section, list(lines))
            for section, lines in groupby(
                policy_lines(), lambda line: policies.section_of(line.policy)
            )
        ]
        return self._page(request, "change_list", title=_("Settings"), sections=sections)

    def set_view(self, request, key):
        if not self.has_change_permission(request):
            raise PermissionDenied
        policy = _policy_or_404(key)
        form = PolicyForm(
            *((request.POST, request.FILES) if request.method == "POST" else ()),
            policy=policy,
            places=policies.places(request.user),
            initial={"value": policies.get(key)},
        )
        if request.method == "POST" and form.is_valid():
            try:
                form.save(by=request.user)
            except DomainError as error:
                form.add_domain_error(error)
            else:
                messages.success(request, _("The setting has been saved."))
                return redirect("admin:core_policyvalue_changelist")
        return self._page(
            request,
            "change_form",
            title=policy.label,
            policy=policy,
            form=form,
            history=_history(policy, dict(policies.places(request.user))),
        )

    def withdraw_view(self, request, pk):
        """POST only: the button beside a planned change."""
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        row = get_object_or_404(PolicyValue, pk=pk)
        try:
            policies.withdraw(row, by=request.user)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("The planned change has been withdrawn."))
        return redirect(reverse("admin:core_policyvalue_set", args=[row.key]))

    def _page(self, request, template, **context):
        return TemplateResponse(
            request,
            f"admin/core/policyvalue/{template}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )


def _policy_or_404(key):
    try:
        return policies.policy(key)
    except LookupError:
        raise Http404 from None


def _history(policy, names):
    rows = list(policies.rows_of(policy.key))
    people = get_user_model().objects.in_bulk({row.set_by_id for row in rows if row.set_by_id})
    today = periods.today()
    return [
        {
            "row": row,
            "place": names.get(row.path, row.path) if row.path else _("The whole municipality"),
            "value": _row_shown(policy, row),
            "by": people.get(row.set_by_id, ""),
            "planned": row.valid_from > today,
        }
        for row in rows
    ]
