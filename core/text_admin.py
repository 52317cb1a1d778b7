"""The pages where managers write the texts of messages: all kinds, and one page per text.

`core/admin.py` registers `MessageText` with `TextPages` in front of the house's ModelAdmin. A text
is kept as a draft, looked at with examples or a real message, sent to oneself, and published.
"""

from dataclasses import dataclass
from itertools import groupby

from csp.constants import SELF
from csp.decorators import csp_update
from django import forms as django_forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, forms, kinds, mail, mailbody, mailtext, messagetexts
from core.backends import EVERYWHERE
from core.errors import DomainError
from core.models import Message, MessageText

VIEW_MESSAGES = "edit_policies"
TEST = "core.text_test"
# The mail's own styles stand in the elements; nothing else may be fetched or run.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'; sandbox"
)
LANGUAGES = dict(settings.LANGUAGES)
SEEN = audit.purpose("admin.message_preview", gettext_lazy("A message's text was tried on them"))


def register_test_mail():
    """Called once, from `CoreConfig.ready`."""
    mail.register(
        TEST,
        context=_test_context,
        title=_("A text on trial, sent to oneself"),
        group="account",
        necessity=mail.ASKED,
        placeholders=(
            kinds.Placeholder("subject", _("The subject on trial"), "Husk din vagt"),
            kinds.Placeholder("text", _("The text on trial"), ["Kære Frida"], required=True),
        ),
    )


def send_test(row, *, by):
    """Send a draft to whoever writes it, filled with the examples."""
    to = mail.Recipient(by.email, by.name, row.language, user=by)
    return mail.send(TEST, to=to, about=row)


def _test_context(message):
    row = MessageText.objects.filter(pk=message.about_id).first()
    if row is None or row.kind not in kinds.kinds():
        return None
    written = example_of(kinds.kinds()[row.kind], messagetexts.as_text(row))
    return {"subject": written.subject, "text": written.content.splitlines()}


def example_of(kind, text):
    """The Written of a text filled with the examples of its placeholders."""
    return mailbody.filled(kind, text, mailtext.examples(kind))


class TextForm(forms.Form):
    """The subject and the text. What may not be published is said when it has been kept."""

    subject = django_forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = django_forms.CharField(
        label=gettext_lazy("Text"),
        max_length=20_000,
        widget=django_forms.Textarea(attrs={"rows": 18}),
        help_text=gettext_lazy(
            "An empty line makes a new paragraph, “- ” a list, “## ” a heading. A line such as "
            "“See your shifts: [[own_shifts_url]]” becomes a button."
        ),
    )


@dataclass(frozen=True)
class TextLine:
    """One text as the list shows it."""

    kind: kinds.Kind
    language: str
    subject: str
    row: MessageText | None
    draft: MessageText | None
    fallbacks: int
    outdated: bool


def text_lines():
    """Every text of every kind, by group. 3 queries."""
    drafts = {(row.kind, row.language): row for row in MessageText.objects.drafts()}
    rows = {(row.kind, row.language): row for row in MessageText.objects.in_use()}
    fallbacks = messagetexts.fallbacks()
    return [
        _line(kind, language, rows, drafts, fallbacks)
        for kind in _kinds()
        for language in LANGUAGES
    ]


def _line(kind, language, rows, drafts, fallbacks):
    row = rows.get((kind.name, language))
    text = messagetexts.as_text(row) if row else messagetexts.shipped(kind.name, language)
    return TextLine(
        kind=kind,
        language=language,
        subject=text.subject,
        row=row,
        draft=drafts.get((kind.name, language)),
        fallbacks=fallbacks.get(kind.name, 0) if row else 0,
        outdated=bool(row and mailtext.lint(kind, row.subject, row.body)),
    )


def _kinds():
    """The kinds whose texts can be edited, by group."""
    order = list(kinds.groups())
    found = kinds.kinds().values()
    return sorted(found, key=lambda kind: (order.index(kind.group), str(kind.title)))


class TextPages:
    """Mixin for MessageText's ModelAdmin: the list, the page of a text, and its HTML."""

    def get_urls(self):
        view = self.admin_site.admin_view
        place = "<str:kind>/<slug:language>/"
        return [
            path(
                f"tekst/{place}",
                view(csp_update({"frame-src": [SELF]})(self.text_view)),
                name="core_messagetext_text",
            ),
            path(f"visning/{place}", view(self.html_view), name="core_messagetext_html"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        self._require(request)
        groups = kinds.groups()
        sections = [
            (groups[key].label, list(lines))
            for key, lines in groupby(text_lines(), key=lambda line: line.kind.group)
        ]
        return self._page(request, "change_list", title=_("Message texts"), sections=sections)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """A version has no page of its own; its text has."""
        self._require(request)
        if object_id is None or request.method == "POST":
            raise PermissionDenied
        row = self.get_row(request, object_id)
        return HttpResponseRedirect(_address(row.kind, row.language))

    def text_view(self, request, kind, language):
        """GET shows the text, its draft and how it looks; POST does what the button says."""
        self._require(request)
        found = _kind_or_404(kind, language)
        draft = messagetexts.draft_of(kind, language)
        start = draft or messagetexts.in_use(kind, language)
        initial = {"subject": start.subject, "body": start.body}
        form = TextForm(request.POST if request.method == "POST" else None, initial=initial)
        if request.method == "POST":
            try:
                done = self._do(request, kind, language, form)
            except DomainError as error:
                form.is_valid()
                form.add_domain_error(error)
                draft = messagetexts.draft_of(kind, language)
            else:
                if done:
                    messages.success(request, done)
                    return HttpResponseRedirect(_address(kind, language))
        return self._page(
            request,
            "change_form",
            title=found.title,
            kind=found,
            language=language,
            languages=LANGUAGES.items(),
            form=form,
            draft=draft,
            faults=messagetexts.faults(kind, start.subject, start.body) if draft else [],
            versions=MessageText.objects.of(kind, language)
            .select_related("edited_by", "published_by", "replaced_by")
            .order_by("-version"),
            in_use=messagetexts.edited(kind, language),
            is_translated=messagetexts.is_shipped_in(kind, language),
            fallbacks=messagetexts.fallbacks().get(kind, 0),
            real=request.GET.get("vis") == "rigtig",
            may_see_real=request.user.has_perm(VIEW_MESSAGES, EVERYWHERE),
            **self._preview(request, found, language),
        )

    def html_view(self, request, kind, language):
        """The mail as mail programs show it, for the frame on the text's page."""
        self._require(request)
        found = _kind_or_404(kind, language)
        written = self._preview(request, found, language)["written"]
        content = mailbody.body_of(written, language).html if written else ""
        response = HttpResponse(content)
        response["Content-Security-Policy"] = MAIL_POLICY
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response

    def _do(self, request, kind, language, form):
        """What the pressed button does; the words for what was done, "" for a bad form."""
        deed, by = request.POST.get("deed"), request.user
        if deed == "discard":
            messagetexts.discard(kind, language, by=by)
            return _("The draft has been thrown away.")
        if deed == "shipped":
            messagetexts.back_to_shipped(kind, language, by=by)
            return _("The shipped text is in use again.")
        if not form.is_valid():
            return ""
        row = messagetexts.save_draft(kind, language, **form.cleaned_data, by=by)
        if deed == "publish":
            messagetexts.publish(kind, language, by=by)
            return _("The text is published. It is used from the next message on.")
        if deed == "test":
            faults = messagetexts.faults(kind, row.subject, row.body)
            if faults:
                raise DomainError(" ".join(faults), code="text_faults", field="body")
            send_test(row, by=by)
            return _("The draft is kept, and a test has been sent to %(address)s.") % {
                "address": by.email
            }
        return _("The draft is kept. Below you see how it looks.")

    def _preview(self, request, kind, language):
        """The draft, or the text in use, filled with a real message's values or the examples."""
        row = messagetexts.draft_of(kind.name, language)
        text = messagetexts.as_text(row) if row else messagetexts.in_use(kind.name, language)
        values, person = None, None
        if request.GET.get("vis") == "rigtig" and request.user.has_perm(VIEW_MESSAGES, EVERYWHERE):
            values, person = _real_values(kind, language)
        if person is not None:
            audit.record_access(request, [person], SEEN)
        try:
            with translation.override(language):
                values = values or mailtext.examples(kind)
                return {"written": mailbody.filled(kind, text, values), "of_person": person}
        except (KeyError, ValueError):
            return {"written": None, "of_person": None}

    def _require(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request, template, **context):
        return TemplateResponse(
            request,
            f"admin/core/messagetext/{template}.html",
            {**self.admin_site.each_context(request), "opts": self.opts, **context},
        )


def _real_values(kind, language):
    """(values, person id) of the newest message of the kind that makes sense now; else None."""
    rows = Message.objects.filter(kind=kind.name, language=language).order_by("-pk")
    for message in rows.exclude(person_id=None)[:20]:
        with translation.override(language):
            context = kind.context(message)
        if context is not None:
            values = mailbody.shared_values(message.recipient_name) | context
            return mailtext.without_secrets(kind, values), message.person_id
    return None, None


def _kind_or_404(name, language):
    kind = kinds.kinds().get(name)
    if kind is None or language not in LANGUAGES:
        raise Http404
    return kind


def _address(kind, language):
    return reverse("admin:core_messagetext_text", args=[kind, language])
