"""Coordination in the administration: branches, staff and their roles, associations; the rest to
look at, with the way to where it is worked with."""

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.db.models.functions import Collate
from django.shortcuts import render
from django.urls import path, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coordination import series as rules
from coordination.access import Permission, scope_of
from coordination.actions import associations, branches, roles
from coordination.models import (
    Activity,
    Assignment,
    Association,
    Branch,
    BranchKind,
    Clearance,
    Engagement,
    Person,
    RecognitionEvent,
    RoleAssignment,
    SchoolHoliday,
    Series,
    Shift,
    Site,
    Volunteer,
    WelcomeStep,
)
from core import audit, forms, search, users
from core.admin_base import Deed, ModelAdmin, ReadOnlyAdmin
from core.admin_site import admin_site, section
from core.models import User
from core.periods import covering, today

section("people", gettext_lazy("Staff and roles"), order=10)
section("organisation", gettext_lazy("The municipality"), order=20)
section("work", gettext_lazy("Volunteers and shifts"), order=40)

SHOWN = audit.purpose("admin.people", gettext_lazy("Looked up in the administration"))


# --- The municipality ----------------------------------------------------------------------


def branches_matching(queryset, words):
    """Open branches whose name holds the words."""
    return queryset.filter(name__icontains=words, closed_on__isnull=True).select_related("parent")


class BranchLookup(forms.ModelLookupField):
    """A branch found by a part of its name; set the queryset to what the user may choose."""

    def __init__(self, **kwargs):
        super().__init__(
            Branch.objects.none(),
            search=branches_matching,
            hint=lambda branch: str(branch.parent or ""),
            url=reverse_lazy("admin:coordination_branch_lookup"),
            **kwargs,
        )


class BranchForm(forms.ModelForm):
    """A branch, and where a new one belongs. Moving one is looked at first, on its own page."""

    class Meta:
        model = Branch
        fields = ("name", "kind", "address", "postcode", "city", "phone", "email")

    parent = BranchLookup(label=gettext_lazy("Belongs under"))
    phone = forms.PhoneField(label=gettext_lazy("Phone"), required=False)

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["parent"]
        else:
            self.fields["parent"].queryset = Branch.objects.permitted(
                self.user, Permission.EDIT_BRANCHES
            )
        if self.instance.pk is None or self.instance.parent_id is not None:
            self.fields["kind"].choices = [
                choice for choice in BranchKind.choices if choice[0] != BranchKind.MUNICIPALITY
            ]


class LastDayForm(forms.Form):
    """The day on which something ends."""

    submit_label = ""
    last_day = forms.DateField(label=gettext_lazy("Last day"), initial=today)


@admin.register(Branch, site=admin_site)
class BranchAdmin(ModelAdmin):
    """The tree, written by the branch actions, which know its paths.

    A branch is moved and closed on its own page, where one sees first what that concerns.
    """

    permission = change_permission = Permission.EDIT_BRANCHES
    section = "organisation"
    order = 10
    form = BranchForm
    page_url_name = "coordination:branch-detail"
    add_label = gettext_lazy("Add a branch")
    lead = gettext_lazy("A role or a setting on a branch covers all that lies under it.")
    list_display = ("name", "kind", "parent", "city", "closed_on")
    list_select_related = ("parent",)
    list_filter = ("kind",)
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name")
    ordering = ("path",)
    fields = ("parent", "name", "kind", "address", "postcode", "city", "phone", "email")

    def get_urls(self):
        view = self.admin_site.admin_view(self.lookup_view)
        return [path("opslag/", view, name="coordination_branch_lookup"), *super().get_urls()]

    def lookup_view(self, request):
        """The hits of a branch lookup, for any right that this user holds in the branches."""
        words = request.GET.get("q", "").strip()
        field = BranchLookup()
        field.queryset = Branch.objects.permitted(request.user, Permission.USE_ADMIN)
        context = forms.lookup_context(
            name=request.GET.get("name", "branch"),
            id=request.GET.get("id", "id_branch"),
            query=words,
            hits=field.hits(words) if words else [],
        )
        return render(request, "components/lookup_results.html", {"lookup": context})

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change=change, **kwargs)
        return type(form_class.__name__, (form_class,), {"user": request.user})

    def get_fields(self, request, obj=None):
        return self.fields[1:] if obj else self.fields

    def store(self, row, form, change, *, by):
        if not change:
            return branches.create_branch(by=by, **form.cleaned_data)
        return branches.change_branch(branch=row, by=by, **form.cleaned_data)


class AssociationForm(forms.ModelForm):
    class Meta:
        model = Association
        fields = ("name", "cvr")
        help_texts = {"cvr": gettext_lazy("Eight digits.")}


@admin.register(Association, site=admin_site)
class AssociationAdmin(ModelAdmin):
    """Name and CVR number; the contact, who is a person, is chosen on the association's page."""

    permission = change_permission = Permission.EDIT_BRANCHES
    section = "organisation"
    order = 20
    form = AssociationForm
    page_url_name = "coordination:association-detail"
    add_label = gettext_lazy("Add an association")
    list_display = ("name", "cvr")
    search_fields = ("name", "cvr")
    search_help_text = gettext_lazy("Name or CVR number")
    fields = ("name", "cvr")

    def store(self, row, form, change, *, by):
        data = form.cleaned_data
        if not change:
            return associations.create_association(by=by, **data)
        return associations.change_association(association=row, by=by, contact=row.contact, **data)


# --- Staff and roles -----------------------------------------------------------------------


class InviteForm(forms.ModelForm):
    """A role for a colleague, whether they have an account or not."""

    class Meta:
        model = RoleAssignment
        fields = ("role",)

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("If the colleague has an account already, it is found by this."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        help_text=gettext_lazy("An account that exists keeps its name."),
    )
    branch = BranchLookup(label=gettext_lazy("Branch"))

    user = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.permitted(
            self.user, Permission.MANAGE_ROLES
        )


def end_role(row, *, by, last_day):
    """End the role after the day."""
    return roles.end_role(assignment=row, last_day=last_day, by=by)


@admin.register(RoleAssignment, site=admin_site)
class RoleAssignmentAdmin(ReadOnlyAdmin):
    """Who may do what where. Nobody gives what they lack: the actions ask."""

    permission = deed_permission = Permission.MANAGE_ROLES
    access_purpose = SHOWN
    section = "people"
    order = 10
    addable = True
    add_form = InviteForm
    add_label = gettext_lazy("Invite a colleague")
    lead = gettext_lazy("A role is held on a branch and covers what lies under it.")
    list_display = ("user", "role", "branch", "starts_on", "ends_on")
    list_select_related = ("user__person", "branch")
    list_filter = ("role",)
    search_fields = ("user__name", "user__email", "branch__name")
    search_help_text = gettext_lazy("Name, e-mail or branch")
    ordering = ("user__name", "pk")
    fields = ("user", "role", "branch", "starts_on", "ends_on")
    deeds = (
        Deed(
            "afslut",
            gettext_lazy("End the role"),
            gettext_lazy("On which day does the role end?"),
            end_role,
            gettext_lazy("The role ends after that day."),
            possible=lambda row: row.ends_on is None or row.ends_on >= today(),
            consequences=(gettext_lazy("After that day the role opens nothing any more."),),
            form_class=LastDayForm,
        ),
    )

    def has_add_permission(self, request):
        return self._holds(request, self.permission)

    def get_fields(self, request, obj=None):
        return self.fields if obj else ("email", "name", "role", "branch")

    def get_form(self, request, obj=None, change=False, **kwargs):
        form_class = super().get_form(request, obj, change=change, **kwargs)
        return type(form_class.__name__, (form_class,), {"user": request.user})

    def store(self, row, form, change, *, by):
        return roles.invite_staff(by=by, **form.cleaned_data)

    def people_in(self, rows):
        return people_of(row.user for row in rows)


def people_of(accounts):
    """The ids of the persons behind accounts, read along."""
    return {account.person.pk for account in accounts if hasattr(account, "person")}


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ("name", "language")

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("da", "Dansk"), ("en", "English")]
    )


def needs_own_hands(deed):
    """A deed of `core.users` as `perform` calls it."""
    return lambda row, *, by: deed(row, by=by)


@admin.register(User, site=admin_site)
class UserAdmin(ModelAdmin):
    """Accounts: made by inviting staff or accepting a person, closed here, never deleted."""

    permission = change_permission = Permission.MANAGE_ROLES
    access_purpose = SHOWN
    section = "people"
    order = 20
    addable = False
    form = UserForm
    lead = gettext_lazy("Everybody who can sign in: staff and volunteers.")
    list_display = ("email", "name", "status", "second_factor", "last_login")
    list_filter = ("is_active",)
    list_select_related = ("person",)
    search_fields = ("name", "email")
    search_help_text = gettext_lazy("Name or e-mail")
    ordering = ("email",)
    fields = (
        *("email", "name", "language", "status", "second_factor", "roles_now"),
        *("date_joined", "last_login"),
    )
    readonly_fields = tuple(name for name in fields if name not in ("name", "language"))
    deeds = (
        Deed(
            "luk",
            gettext_lazy("Close the account"),
            gettext_lazy("Shall the account be closed?"),
            needs_own_hands(users.deactivate),
            gettext_lazy("The account is closed."),
            possible=lambda row: row.is_active,
            consequences=(
                gettext_lazy("Whoever is signed in with it is signed out at once."),
                gettext_lazy("The account can be opened again."),
            ),
        ),
        Deed(
            "aabn",
            gettext_lazy("Open the account"),
            gettext_lazy("Shall the account be opened again?"),
            needs_own_hands(users.activate),
            gettext_lazy("The account is open again."),
            possible=lambda row: not row.is_active,
            consequences=(gettext_lazy("Roles that have not ended count again."),),
        ),
        Deed(
            "to-trin",
            gettext_lazy("Take away the second factor"),
            gettext_lazy("Has this person lost phone or key?"),
            needs_own_hands(users.reset_second_factor),
            gettext_lazy("The second factor is gone. The next sign-in sets up a new one."),
            possible=lambda row: row.has_second_factor,
            consequences=(
                gettext_lazy("Make sure that it is really them who ask: call them back."),
                gettext_lazy("App, passkeys and emergency codes stop working."),
            ),
        ),
    )

    def get_queryset(self, request):
        factors = Authenticator.objects.filter(user=OuterRef("pk"))
        rows = super().get_queryset(request).select_related("person")
        return rows.defer("password").annotate(has_second_factor=Exists(factors))

    @admin.display(description=gettext_lazy("status"), ordering="is_active")
    def status(self, row):
        return _("open") if row.is_active else _("closed")

    @admin.display(description=gettext_lazy("second factor"))
    def second_factor(self, row):
        return _("set up") if row.has_second_factor else _("none")

    @admin.display(description=gettext_lazy("roles today"))
    def roles_now(self, row):
        held = row.role_assignments.filter(covering(today())).select_related("branch")
        return ", ".join(map(str, held))

    def store(self, row, form, change, *, by):
        return users.change(row, by=by, **form.cleaned_data)

    def people_in(self, rows):
        return people_of(rows)


# --- Volunteers and shifts, to look at -----------------------------------------------------


class WorkAdmin(ReadOnlyAdmin):
    """Rows of the daily work: states and dates change on their own pages, through the gate."""

    section = "work"

    def people_in(self, rows):
        return {row.volunteer_id for row in rows}


@admin.register(Person, site=admin_site)
class PersonAdmin(WorkAdmin):
    permission = Permission.VIEW_PEOPLE
    access_purpose = SHOWN
    order = 10
    list_display = ("shown_name", "language", "protected", "created_at")
    list_select_related = ("volunteer",)
    search_fields = ("search",)
    search_help_text = gettext_lazy("Name, e-mail or phone")
    ordering = (Collate("name", "da-x-icu"), "pk")
    fields = ("shown_name", "language", "protected", "user", "created_at", "anonymised_at")

    def get_search_results(self, request, queryset, search_term):
        return search.matching(queryset, search_term), False

    def people_in(self, rows):
        return {row.pk for row in rows}

    def page_url(self, row):
        if not Volunteer.objects.filter(pk=row.pk).exists():
            return ""
        return reverse("coordination:volunteer-detail", args=[row.pk])

    @admin.display(description=gettext_lazy("name"), ordering="name")
    def shown_name(self, row):
        return row.display_name

    @admin.display(description=gettext_lazy("protected name and address"))
    def protected(self, row):
        return _("yes") if row.protected_identity else _("no")


@admin.register(Activity, site=admin_site)
class ActivityAdmin(WorkAdmin):
    permission = Permission.VIEW_ACTIVITIES
    section = "organisation"
    order = 30
    page_url_name = "coordination:activity-detail"
    lead = gettext_lazy("Activities and their texts are edited on their own pages.")
    list_display = ("title", "kind", "state", "branch")
    list_select_related = ("branch",)
    list_filter = ("kind", "state")
    search_fields = ("title",)
    search_help_text = gettext_lazy("Title")
    fields = (
        *("title", "title_en", "branch", "kind", "state", "purpose", "description"),
        *("description_en", "target_group", "minimum_age", "contact", "deputy"),
    )


@admin.register(Site, site=admin_site)
class SiteAdmin(WorkAdmin):
    permission = Permission.VIEW_ACTIVITIES
    section = "organisation"
    order = 40
    list_display = ("activity", "branch", "place", "closed_on")
    list_select_related = ("activity", "branch")
    search_fields = ("activity__title", "branch__name")
    search_help_text = gettext_lazy("Activity or branch")
    ordering = ("activity__title", "branch__name", "pk")
    fields = ("activity", "branch", "place", "closed_on")

    def page_url(self, row):
        return reverse("coordination:activity-detail", args=[row.activity_id])


class VolunteerRowsAdmin(WorkAdmin):
    """Rows about one volunteer."""

    permission = Permission.VIEW_PEOPLE
    access_purpose = SHOWN
    page_label = gettext_lazy("Open the volunteer's page")

    def page_url(self, row):
        return reverse("coordination:volunteer-detail", args=[row.volunteer_id])

    @admin.display(description=gettext_lazy("volunteer"), ordering="volunteer__person__name")
    def who(self, row):
        return row.volunteer.person.display_name


@admin.register(Engagement, site=admin_site)
class EngagementAdmin(VolunteerRowsAdmin):
    order = 20
    list_display = ("who", "site", "tie", "starts_on", "ends_on")
    list_select_related = ("volunteer__person", "site__activity", "site__branch")
    list_filter = ("tie",)
    ordering = ("-starts_on", "-pk")
    fields = (
        *("who", "site", "tie", "association", "starts_on", "ends_on"),
        *("accepted_at", "accepted_by", "ended_at", "ended_by", "end_reason"),
    )


@admin.register(Shift, site=admin_site)
class ShiftAdmin(WorkAdmin):
    permission = Permission.VIEW_SHIFTS
    order = 30
    page_url_name = "coordination:shift-detail"
    list_display = ("starts_at", "site", "title", "capacity", "state")
    list_select_related = ("site__activity", "site__branch")
    list_filter = ("state",)
    search_fields = ("title", "site__activity__title", "site__branch__name")
    search_help_text = gettext_lazy("Title, activity or branch")
    ordering = ("-starts_at", "-pk")
    fields = (
        *("site", "title", "starts_at", "ends_at", "capacity", "minimum", "place", "note"),
        *("way", "state"),
    )


@admin.register(Series, site=admin_site)
class SeriesAdmin(WorkAdmin):
    permission = Permission.VIEW_SHIFTS
    order = 35
    page_url_name = "coordination:series-detail"
    list_display = ("site", "title", "how_often", "starts_on", "ends_on")
    list_select_related = ("site__activity", "site__branch")
    search_fields = ("title", "site__activity__title", "site__branch__name")
    search_help_text = gettext_lazy("Title, activity or branch")
    ordering = ("-starts_on", "-pk")
    fields = (
        *("site", "title", "how_often", "starts_on", "ends_on", "starts", "ends", "capacity"),
        *("minimum", "place", "note", "skip_holidays", "skip_local_days", "skip_school_holidays"),
    )

    @admin.display(description=gettext_lazy("how often"), ordering="rule")
    def how_often(self, row):
        return str(rules.rhythm_of(row.rule))


@admin.register(Assignment, site=admin_site)
class AssignmentAdmin(VolunteerRowsAdmin):
    order = 40
    page_label = gettext_lazy("Open the shift")
    list_display = ("who", "shift", "state", "booked_at")
    list_select_related = ("volunteer__person", "shift__site__activity")
    list_filter = ("state",)
    ordering = ("-starts_at", "-pk")
    fields = (
        *("who", "shift", "state", "booked_at", "booked_by", "cancelled_at", "cancelled_by"),
        *("attendance_at", "attendance_by", "asked_at", "offer_until"),
    )

    def page_url(self, row):
        return reverse("coordination:shift-detail", args=[row.shift_id])


@admin.register(Clearance, site=admin_site)
class ClearanceAdmin(VolunteerRowsAdmin):
    """Written by what clears people; never by hand."""

    order = 50
    lead = gettext_lazy("A clearance follows from an agreement or a certificate.")
    list_display = ("who", "kind", "site", "valid_from", "valid_until", "revoked_at")
    list_select_related = ("volunteer__person", "site__activity", "site__branch")
    list_filter = ("kind",)
    ordering = ("-valid_from", "-pk")
    fields = ("who", "kind", "site", "valid_from", "valid_until", "revoked_at")

    @property
    def _scoped(self):
        return True

    def _holds(self, request, permission, row=None):
        return permission is not None and request.user.has_perm(permission)

    def get_queryset(self, request):
        """Of people who are the user's to see; a clearance at a site, of the user's sites."""
        rows = admin.ModelAdmin.get_queryset(self, request)
        people = Volunteer.objects.permitted(request.user, self.permission)
        within = scope_of(request.user).within("site__branch", self.permission)
        everywhere = rows.filter(site__isnull=True)
        return (rows.filter(within) | everywhere).filter(volunteer__in=people)


@admin.register(RecognitionEvent, site=admin_site)
class RecognitionEventAdmin(WorkAdmin):
    permission = Permission.VIEW_RECOGNITION
    order = 60
    page_url_name = "coordination:recognition-detail"
    list_display = ("title", "branch", "starts_at", "place", "cancelled_at")
    list_select_related = ("branch",)
    search_fields = ("title",)
    search_help_text = gettext_lazy("Title")
    ordering = ("-starts_at", "-pk")
    fields = ("title", "branch", "starts_at", "place", "description", "reply_by", "cancelled_at")


# --- Days off ------------------------------------------------------------------------------


@admin.register(SchoolHoliday, site=admin_site)
class SchoolHolidayAdmin(ModelAdmin):
    """The schools' holidays, which regular shifts may leave out."""

    permission = change_permission = Permission.EDIT_POLICIES
    section = "organisation"
    order = 45
    add_label = gettext_lazy("Add a school holiday")
    lead = gettext_lazy(
        "Regular shifts that rest in the school holidays are not made on these days. Shifts that "
        "are planned already stay; their page shows them."
    )
    list_display = ("title", "starts_on", "ends_on")
    search_fields = ("title",)
    search_help_text = gettext_lazy("What it is called")
    ordering = ("-starts_on", "-pk")
    fields = ("title", "starts_on", "ends_on")


# --- Good starts ---------------------------------------------------------------------------


@admin.register(WelcomeStep, site=admin_site)
class WelcomeStepAdmin(ModelAdmin):
    """The municipality's list for new volunteers. A step that is no longer used is retired."""

    permission = change_permission = Permission.EDIT_POLICIES
    section = "organisation"
    order = 40
    add_label = gettext_lazy("Add a welcome step")
    lead = gettext_lazy(
        "What happens in a volunteer's first time. A new step concerns those who are accepted from "
        "its first day on."
    )
    list_display = ("title", "days", "owner", "since", "retired_on")
    list_filter = ("owner",)
    search_fields = ("title", "title_en")
    search_help_text = gettext_lazy("Title")
    fields = ("title", "title_en", "days", "owner", "since", "retired_on")
