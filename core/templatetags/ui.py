"""Template filters and tags of the look. Loaded everywhere through settings ("builtins").

Dates and times: `{{ day|day }}` 3. marts 2026 · `{{ instant|when }}` 3. marts 2026 kl. 15.00 ·
`{{ instant|clock }}` kl. 15.00 · `{% period start end %}` 3.-5. marts 2026 · `{{ day|weekday }}`.
Other values: `{{ person.phone|phone }}`, `{{ hours|number:1 }}`, `{{ minutes|duration }}`.
Pieces: `{% icon "check" %}`, `{% status "success" _("Signed") %}`, and blocks that wrap content:
`{% alert "info" heading=_("...") %}...{% endalert %}`, `{% scroll _("Shifts") %}<table>...
{% endscroll %}`, `{% panel _("Next step") %}...{% endpanel %}`, `{% facts %}{% fact _("Phone") %}
...{% endfact %}{% endfacts %}`. All of them are shown on /stilguide/.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import controls
from core.localised import localised
from core.markup import fill
from core.paging import PARAMETER
from core.periods import local

register = template.Library()

STATUS_ICONS = {
    "success": "success",
    "warning": "warning",
    "error": "error",
    "info": "info",
    "waiting": "hourglass",
    "neutral": "minus",
}
BADGES = {"waiting": "info"}
SPRITE = "vendor/dkfds/img/all-svg-icons.svg"
NOT_DIALLED = re.compile(r"[^\d+]")
DAY = timedelta(days=1)
HIDDEN = SafeString('aria-hidden="true"')


# --- Days and times ------------------------------------------------------------------------


def _local(value):
    """Instants become Copenhagen wall-clock time; days stay as they are."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        return local(value)
    return value


def _as_day(value):
    value = _local(value)
    return value.date() if isinstance(value, datetime) else value


def _write(value, format_type):
    return _written(value, format_type, get_language()) if value else ""


@lru_cache(maxsize=1024)
def _written(value, format_type, language):
    """The text, kept: the rows of a list share their days, and writing one is slow."""
    return formats.date_format(value, format_type)


@register.filter
def day(value):
    """3. marts 2026 / 3 March 2026. Takes a day or an instant; empty gives empty text."""
    return _write(_as_day(value), "DATE_FORMAT")


@register.filter
def short_day(value):
    """03.03.2026, for narrow table columns."""
    return _write(_as_day(value), "SHORT_DATE_FORMAT")


@register.filter
def weekday(value):
    """tirsdag den 3. marts 2026 / Tuesday 3 March 2026."""
    value = _as_day(value)
    if not value:
        return ""
    between = " den " if get_language() == "da" else " "
    return f"{date_format(value, 'l')}{between}{day(value)}"


@register.filter
def clock(value):
    """kl. 15.00 / 15:00."""
    value = _local(value)
    if not value:
        return ""
    return f"kl. {_hour(value)}" if get_language() == "da" else _hour(value)


def _hour(value):
    return _hour_written(value.hour, value.minute, get_language())


@lru_cache(maxsize=2048)
def _hour_written(hour, minute, language):
    return formats.time_format(time(hour, minute), "TIME_FORMAT")


@register.filter
def hours(start, end):
    """15.00–17.00; past midnight with the day it ends on: 22.00–02.00 (4. marts 2026)."""
    start, end, language = _local(start), _local(end), get_language()
    begins = _hour_written(start.hour, start.minute, language)
    shown = f"{begins}–{_hour_written(end.hour, end.minute, language)}"
    if start.date() == end.date() or (end.date() - start.date() == DAY and end.time() == time.min):
        return shown
    return f"{shown} ({day(end)})"


@register.filter
def when(value):
    """3. marts 2026 kl. 15.00 / 3 March 2026 at 15:00."""
    return _write(_local(value), "DATETIME_FORMAT")


@register.filter
def month(value):
    """marts 2026 / March 2026."""
    return _write(_as_day(value), "YEAR_MONTH_FORMAT")


@register.filter
def iso(value):
    """2026-03-03 or 2026-03-03T15:00:00+01:00, for the datetime attribute of <time>."""
    return _local(value).isoformat() if value else ""


@register.simple_tag(name="period")
def period_tag(start, end=None):
    """The shortest clear text for a period of days or instants. An open end is allowed.

    3.-5. marts 2026 · 28. februar-3. marts 2026 · fra 3. marts 2026 · 3. marts 2026
    kl. 15.00-17.00.
    """
    return period(start, end)


@register.filter
def period(start, end=None):
    """`{{ shift.start|period:shift.end }}`; see the tag of the same name."""
    if isinstance(start, datetime):
        return _hours(_local(start), _local(end))
    if not end:
        return _("from %(day)s") % {"day": day(start)} if start else ""
    if not start:
        return _("until %(day)s") % {"day": day(end)}
    return _days(start, end)


def _days(start, end):
    danish = get_language() == "da"
    dot = "." if danish else ""
    if start == end:
        return day(start)
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day}{dot}–{day(end)}"
    if start.year == end.year:
        return f"{formats.date_format(start, 'MONTH_DAY_FORMAT')} – {day(end)}"
    return f"{day(start)} – {day(end)}"


def _hours(start, end):
    if not end:
        return when(start)
    if start.date() != end.date():
        return f"{when(start)} – {when(end)}"
    return f"{when(start)}–{_hour(end)}"


# --- Other values --------------------------------------------------------------------------


@register.filter
def phone(value):
    """12 34 56 78 for Danish numbers; foreign numbers keep their country code."""
    digits = _dialled(value).removeprefix("+45").removeprefix("0045")
    if len(digits) == 8 and digits.isdecimal():
        return f"{digits[:2]} {digits[2:4]} {digits[4:6]} {digits[6:]}"
    return str(value or "")


@register.filter
def phone_link(value):
    """The tel: address of a number; Danish numbers get their country code."""
    text = _dialled(value)
    return f"tel:+45{text}" if len(text) == 8 and text.isdecimal() else f"tel:{text}"


def _dialled(value):
    """What one dials: digits and plus."""
    return NOT_DIALLED.sub("", str(value or ""))


@register.filter
def number(value, decimals=None):
    """1.234,5 / 1,234.5. `decimals` fixes the digits after the comma; without it: as needed."""
    if value is None or value == "":
        return ""
    if decimals is None and isinstance(value, float):
        decimals = 0 if value == int(value) else None
    return formats.number_format(value, decimal_pos=decimals, use_l10n=True, force_grouping=True)


@register.filter
def duration(minutes):
    """Minutes as people say them: 45 min., 2 timer, 2 timer og 30 min."""
    if minutes is None or minutes == "":
        return ""
    hours, rest = divmod(int(minutes), 60)
    parts = []
    if hours:
        parts.append(
            ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": number(hours)}
        )
    if rest or not hours:
        parts.append(_("%(count)s min.") % {"count": rest})
    return _(" and ").join(parts)


@register.filter
def age_word(value, today=None):
    """The number of days until a day, in words: today, tomorrow, in 5 days, 3 days ago."""
    days = (_as_day(value) - (today or timezone.localdate())).days
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days > 0:
        return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}
    return ngettext("%(count)s day ago", "%(count)s days ago", -days) % {"count": -days}


@register.filter
def is_day(value):
    """True for days and instants, for tables that show mixed values."""
    return isinstance(value, date)


# --- Pieces --------------------------------------------------------------------------------


@register.simple_tag
def icon(name, label="", css=""):
    """An icon of Det Fælles Designsystem. Without a label it is hidden from screen readers."""
    return _icon(name, str(label), css)


@lru_cache(maxsize=512)
def _icon(name, label, css):
    """The markup, kept: a page holds dozens of icons, and there are few different ones."""
    spoken = format_html('role="img" aria-label="{}"', label) if label else HIDDEN
    return format_html(
        '<svg class="icon-svg {}" focusable="false" {}><use href="{}#{}"></use></svg>',
        css,
        spoken,
        static(SPRITE),
        name,
    )


@register.simple_tag
def status(kind, text):
    """A state as icon and text, never colour alone.

    `kind`: success, warning, error, info, waiting or neutral. Made without a template file, as
    `icon` is: lists hold hundreds of them.
    """
    return _status(kind, str(text))


@lru_cache(maxsize=512, typed=True)  # a SafeString is not the text it equals
def _status(kind, text):
    return format_html(
        '<span class="badge badge-{}">{}{}</span>',
        BADGES.get(kind, kind),
        icon(STATUS_ICONS[kind]),
        text,
    )


@register.simple_tag
def contact(person):
    """How to reach a person, without a template file, as lists hold many; a protected identity
    shows nothing."""
    if person.contact_hidden:
        return _("Protected")
    ways = []
    if person.phone:
        link, shown = phone_link(person.phone), phone(person.phone)
        ways.append(fill('<a class="nowrap" href="%s">%s</a>', link, shown))
    if person.email:
        ways.append(fill('<a href="mailto:%s">%s</a>', person.email, person.email))
    return SafeString("<br>".join(ways))


@register.simple_tag
def person_name(person, url=""):
    """A person, perhaps as a link to their page; a protected identity is marked. Without a
    template file, as lists hold many."""
    name = person.display_name
    shown = fill('<a href="%s">%s</a>', url, name) if url else fill("%s", name)
    if not person.protected_identity:
        return shown
    mark = icon("lock", _("Protected name and address"))
    return fill('%s <span class="protected">%s</span>', shown, mark)


def _component(name, **context):
    return render_to_string(f"components/{name}.html", context)


@register.simple_block_tag
def alert(content, kind, heading="", role=""):
    """A message box. `kind`: info, success, warning or error. `role`: "status" or "alert" for
    messages that appear because of what the reader just did."""
    return _component("alert", kind=kind, heading=heading, role=role, content=content)


@register.simple_block_tag
def scroll(content, label):
    """A region that scrolls sideways on narrow screens, reachable by keyboard. For tables."""
    return _component("scroll", label=label, content=content)


@register.simple_block_tag
def panel(content, heading, level=2, kind="", id=""):
    """A framed section with a heading. `kind`: "", "next" (what to do now) or "quiet"."""
    return format_html(
        '<section class="panel{}"{}><h{level} class="panel-heading">{}</h{level}>{}</section>',
        f" panel-{kind}" if kind else "",
        format_html(' id="{}"', id) if id else "",
        heading,
        content,
        level=3 if level == 3 else 2,
    )


@register.simple_block_tag
def facts(content):
    """A list of terms and values; holds `{% fact %}` blocks."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content, term):
    """One term and its value."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", term, content)


@register.simple_block_tag
def empty(content, heading, url="", action=""):
    """What a list says when it has no rows: why, and what to do next."""
    return _component("empty", heading=heading, url=url, action=action, content=content)


@register.simple_block_tag
def details(content, summary):
    """Text that opens on request."""
    return _component("details", summary=summary, content=content)


@register.simple_block_tag
def breadcrumbs(content, home=""):
    """The way here: `{% crumb %}` tags in base.html's block of this name. Empty: nothing.

    They begin at `home`, if there is one; a page may have named it itself.
    """
    if not content.strip():
        return ""
    if home and f'href="{home}"' not in content:
        content = crumb(_("Start"), home) + content
    return _component("breadcrumbs", content=content)


@register.simple_tag
def crumb(text, url=""):
    """One step of the breadcrumbs; the last one, this page, has no address."""
    if not url:
        here = '<li class="breadcrumbs__list-item" aria-current="page">{}</li>'
        return format_html(here, text)
    return format_html(
        '<li class="breadcrumbs__list-item"><a class="breadcrumbs__link" href="{}">{}</a>{}</li>',
        url,
        text,
        icon("chevron-right"),
    )


PAGE = (
    '<li class="pagination-item pagination-number">'
    '<a href="%s" class="button %s" aria-label="%s">%s</a></li>'
)
LEFT_OUT = (
    '<li class="pagination-item pagination-overflow">'
    '<span class="sr-only">%s</span><span aria-hidden="true">…</span></li>'
)
OTHER_PAGE = "button-secondary"
THIS_PAGE = SafeString('current-page" aria-current="page')


@register.simple_tag(takes_context=True)
def page_address(context, number):
    """The address of another page of this list: all else in the query string stays."""
    return _page_addresses(context)(number)


@register.simple_tag(takes_context=True)
def page_links(context, page_obj):
    """The <li> elements of a list's pages, the far ones left out."""
    address, paginator = _page_addresses(context), page_obj.paginator
    label, left_out = _("Page %(number)s"), fill(LEFT_OUT, _("pages left out"))
    return SafeString(
        "".join(
            left_out
            if number == paginator.ELLIPSIS
            else fill(
                PAGE,
                address(number),
                THIS_PAGE if number == page_obj.number else OTHER_PAGE,
                label % {"number": number},
                number,
            )
            for number in paginator.get_elided_page_range(
                page_obj.number, on_each_side=1, on_ends=1
            )
        )
    )


def _page_addresses(context):
    """A function from a page's number to its address; `page_parameter` may name the number."""
    parameter = context.get("page_parameter", PARAMETER)
    query = context["request"].GET.copy()
    query.pop(parameter, None)
    rest = f"{query.urlencode()}&" if query else ""
    return lambda number: f"?{rest}{parameter}={number}"


# --- Forms ---------------------------------------------------------------------------------


@register.simple_tag
def control(field):
    """The input of a bound field with the classes of the design system."""
    return controls.render(field)


@register.simple_tag
def filter_field(field):
    """A bound field of a list's filter, with its label."""
    return controls.render_filter_field(field)


@register.filter
def error_target(field):
    """The id that a link in the error summary leads to: the first input of the field."""
    return controls.first_id(field)


@register.filter
def optional_mark(field):
    """True if the label says "(optional)"."""
    return controls.marks_optional(field)


@register.filter
def control_kind(field):
    """checkbox, group, file or input: which part of the form pack draws the field."""
    return controls.kind(field)


@register.simple_tag(takes_context=True)
def error_prefix(context):
    """ "Error: " in front of the page title when a form on the page was not accepted."""
    for name in ("form", "formset"):
        form = context.get(name)
        if form is not None and getattr(form, "is_bound", False) and not form.is_valid():
            return _("Error: ")
    return ""


# --- Public texts in two languages ---------------------------------------------------------


@register.filter(name="plain")
def plain_text(row, field):
    """A public text in the reader's language, as text alone: for titles and attributes."""
    return localised(row, field).text


@register.filter(name="localised")
def localised_text(row, field):
    """A public text in the reader's language; marked as Danish where the English is missing."""
    text, language = localised(row, field)
    if not text or (get_language() or "da").startswith(language):
        return text
    return format_html('<span lang="{}">{}</span>', language, text)


@register.filter(name="language_of")
def language_of(row, field):
    """The language that a public text is actually in, for the `lang` of its block."""
    return localised(row, field).language
