"""The translation catalogue: found in the source, kept in one file, compiled without gettext.

`manage.py messages` brings locale/da up to date; the test of translations asks the same functions.
"""

import ast
import re
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

APPS = ("core", "coordination", "agreements", "recruitment", "frivillig")
FUNCTIONS = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL_FUNCTIONS = {"ngettext", "ngettext_lazy"}
CONTEXT_FUNCTIONS = {"pgettext", "pgettext_lazy"}
STRING = r"""u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
CALL = re.compile(rf"\b(gettext|_|ngettext|pgettext)\(\s*{STRING}(?:\s*,\s*{STRING})?")


def catalogue_path(language="da"):
    """The .po file of a language."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def found_messages():
    """Every msgid in the project's source: {(context or None, msgid): plural msgid or None}."""
    found = {}
    for path in _python_files():
        for context, msgid, plural in _in_python(path.read_text(encoding="utf-8")):
            _add(found, context, msgid, plural)
    for path in _template_files():
        for context, msgid, plural in _in_template(path.read_text(encoding="utf-8"), path):
            _add(found, context, msgid, plural)
    return found


def update(translations=None, language="da"):
    """Write the catalogue: new msgids in, gone ones out, `translations` filled in; return it.

    `translations` is {msgid: text or [singular, plural]} and goes before what stood there.
    """
    path = catalogue_path(language)
    old = polib.pofile(str(path)) if path.exists() else polib.POFile()
    known = {(entry.msgctxt, entry.msgid): entry for entry in old}
    fresh = polib.POFile(wrapwidth=100)
    fresh.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for (context, msgid), plural in sorted(
        found_messages().items(), key=lambda item: (item[0][1].casefold(), item[0][1], str(item[0]))
    ):
        entry = _entry(context, msgid, plural)
        _keep(entry, known.get((context, msgid)))
        _fill(entry, (translations or {}).get(msgid))
        fresh.append(entry)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh.save(str(path))
    fresh.save_as_mofile(str(path.with_suffix(".mo")))
    return fresh


def missing(catalogue):
    """The msgids without a whole translation."""
    return [entry.msgid for entry in catalogue if not entry.translated() or entry.fuzzy]


def _python_files():
    for app in APPS:
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


def _template_files():
    yield from sorted((settings.BASE_DIR / "templates").rglob("*.html"))
    yield from sorted((settings.BASE_DIR / "templates").rglob("*.txt"))


def _in_python(source):
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else None
        name = node.func.attr if isinstance(node.func, ast.Attribute) else name
        texts = [argument.value for argument in node.args if _is_text(argument)]
        if name in FUNCTIONS and texts and _is_text(node.args[0]):
            yield None, texts[0], None
        elif name in PLURAL_FUNCTIONS and len(texts) >= 2:
            yield None, texts[0], texts[1]
        elif name in CONTEXT_FUNCTIONS and len(texts) >= 2:
            yield texts[0], texts[1], None


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _in_template(source, path):
    for call in CALL.finditer(templatize(source, origin=str(path))):
        function, first, second = call.groups()
        first, second = _literal(first), _literal(second)
        if function == "ngettext":
            yield None, first, second
        elif function == "pgettext":
            yield first, second, None
        else:
            yield None, first, None


def _literal(text):
    return ast.literal_eval(text) if text else None


def _add(found, context, msgid, plural):
    if msgid:
        found[(context, msgid)] = plural or found.get((context, msgid))


def _entry(context, msgid, plural):
    entry = polib.POEntry(msgid=msgid, msgctxt=context)
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = {0: "", 1: ""}
    if re.search(r"%(\(\w+\))?[sd%]", msgid):
        entry.flags.append("python-format")
    return entry


def _keep(entry, known):
    if known is None:
        return
    if entry.msgid_plural and known.msgstr_plural:
        entry.msgstr_plural = dict(known.msgstr_plural)
    elif not entry.msgid_plural:
        entry.msgstr = known.msgstr


def _fill(entry, text):
    if text is None:
        return
    if entry.msgid_plural:
        one, many = text if isinstance(text, list) else (text, text)
        entry.msgstr_plural = {0: one, 1: many}
    else:
        entry.msgstr = text if isinstance(text, str) else text[0]
