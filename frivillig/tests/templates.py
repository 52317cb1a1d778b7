"""Reads the templates: which are used, which are missing, and what may not stand in them.

Each rule is a function over sources, so that the tests can show it failing on a planted fault.
"""

import ast
import re
from importlib import resources
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("core", "coordination", "agreements", "recruitment", "frivillig")
# Django looks for these by itself.
OF_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
# Packages that ask for templates of a certain name, which we may lay in front of theirs.
PACKAGES = ("allauth", "django.contrib.admin", "django.forms")
NAME = re.compile(r"^[\w./-]+\.(?:html|txt|css)$")
TAGGED = re.compile(r"""\{%\s*(?:include|extends)\s+["']([^"']+)["']""")
COMPONENT = re.compile(r"\{%\s*(\w+)")

INLINE = {
    "inline script": re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json[\"'])[^>]*>", re.IGNORECASE
    ),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"[\"']\s*javascript:", re.IGNORECASE),
}


def sources():
    """{name: source} of every template of ours."""
    folder = ROOT / "templates"
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def code():
    """Every first-party Python source outside tests and migrations."""
    return [
        path.read_text(encoding="utf-8")
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
    ]


def named_in_code(python):
    """(names, patterns) of templates in Python: literals, and f-strings with gaps."""
    names, patterns = set(), []
    for source in python:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if NAME.match(node.value):
                    names.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                text = "".join(
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w.-]+"
                    for part in node.values
                )
                if re.search(r"\.(html|txt)$", text) and "/" in text:
                    patterns.append(re.compile(f"^{text}$"))
    return names, patterns


def unused(templates, python, *, elsewhere=()):
    """Templates that nothing asks for. `elsewhere`: names that packages ask for."""
    names, patterns = named_in_code(python)
    names |= {name for source in templates.values() for name in TAGGED.findall(source)}
    return [
        name
        for name in templates
        if name not in names
        and name not in OF_DJANGO
        and name not in elsewhere
        and not any(pattern.match(name) for pattern in patterns)
    ]


def missing(templates, python, *, elsewhere=()):
    """Names in includes, extends and code that no template has."""
    names, _patterns = named_in_code(python)
    asked = {name for source in templates.values() for name in TAGGED.findall(source)}
    asked |= {name for name in names if name.endswith(".html") and "/" in name}
    return sorted(name for name in asked if name not in templates and name not in elsewhere)


def of_packages():
    """The names of the templates that installed packages have."""
    found = set()
    for package in PACKAGES:
        folder = Path(str(resources.files(package))) / "templates"
        files = (path for path in folder.rglob("*") if path.suffix in (".html", ".txt"))
        found |= {path.relative_to(folder).as_posix() for path in files}
    return found


def of_crispy(templates):
    """Names of our form pack that crispy-forms or our own fields ask for by "<pack>/..."."""
    folder = Path(str(resources.files("crispy_forms")))
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    return {
        name
        for name in templates
        if name.startswith("dkfds/")
        and any(name.removeprefix("dkfds/") in source for source in sources)
    }


def of_mail(templates, kinds):
    """The names of the mails' templates whose kind is registered."""
    return {
        name
        for name in templates
        if name.startswith("emails/")
        and Path(name).name.removesuffix(".txt").removesuffix(".inside") in kinds
    }


def inline(texts):
    """What the Content-Security-Policy would refuse, in templates or in rendered pages."""
    return [
        f"{name}: {what}"
        for name, text in texts.items()
        for what, pattern in INLINE.items()
        if pattern.search(text)
    ]


def badly_built(name, html):
    """What is wrong with the frame of one rendered page."""
    faults = []
    if len(re.findall(r"<h1[\s>]", html)) != 1:
        faults.append(f"{name}: not exactly one h1")
    title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
    if title is None or not title.group(1).split("–")[0].strip():
        faults.append(f"{name}: no title of its own")
    if not re.search(r'<html[^>]*\slang="(da|en)"', html):
        faults.append(f"{name}: no language")
    if len(re.findall(r"<main[\s>]", html)) != 1:
        faults.append(f"{name}: not exactly one main")
    if re.search(r"<h1[^>]*>\s*</h1>", html):
        faults.append(f"{name}: an empty h1")
    return faults
