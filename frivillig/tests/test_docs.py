"""What the documents say is so: commands, settings, links, words of the pages."""

import ast
import os
import re
import secrets
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import polib
import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
WRITTEN = sorted(
    [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("*/texts/README.md")],
    key=lambda path: str(path.relative_to(ROOT)),
)
SHELL = [ROOT / "README.md", DOCS / "operations.md", DOCS / "benchmark.md"]
HEADS = ("**Decided** ", "**Decision.** ", "**Why.** ")
DECISIONS = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.stem != "README")


def shown(path):
    return str(path.relative_to(ROOT))


def text_of(path):
    return path.read_text(encoding="utf-8")


# --- Commands ------------------------------------------------------------------------------


def commands(path):
    """The command lines in a document's shell blocks, and in its code spans that run ours."""
    text = text_of(path)
    lines = [
        line.partition(" #")[0].partition("#")[0].strip()
        for block in re.findall(r"```(?:sh|)\n(.*?)```", text, re.DOTALL)
        for line in block.replace("\\\n", " ").splitlines()
    ]
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", outside)]
    return [
        line
        for line in [*lines, *spans]
        if re.match(r"(script/|manage\.py |\.venv/bin/)\S", line) and "…" not in line.split()[0]
    ]


def management_calls():
    for path in WRITTEN:
        for line in commands(path):
            found = re.search(r"manage\.py (\w+)(.*)", line)
            if found:
                yield pytest.param(
                    found[1], re.findall(r"(?<!\S)--[a-z-]+", found[2]), id=f"{path.stem}: {line}"
                )


@pytest.mark.parametrize(("name", "options"), list(management_calls()))
def test_management_command_and_its_options_exist(name, options):
    assert name in get_commands()
    command = load_command_class(get_commands()[name], name)
    known = command.create_parser("manage.py", name)._option_string_actions
    assert set(options) <= set(known)


def test_scripts_that_are_named_exist():
    named = {
        match
        for path in WRITTEN
        for match in re.findall(r"(?<![\w./-])(?:script|\.ci)/[a-z]+\b(?!/)", text_of(path))
        if match not in ("script/machine", "script/tests")
    }
    assert {name for name in named if not (ROOT / name).is_file()} == set()
    assert {"script/server", "script/test", "script/bootstrap"} <= named


def test_programs_of_production_come_with_the_requirements():
    programs = {
        found[1]
        for path in SHELL
        for line in text_of(path).splitlines()
        for found in re.finditer(r"\.venv/bin/(\w+)", line)
    }
    pinned = re.findall(r"^(\w+)==", text_of(ROOT / "requirements.txt"), re.MULTILINE)
    assert programs - {"python"} <= set(pinned)
    assert all(find_spec(program) for program in programs - {"python"})


# --- Settings of the environment -----------------------------------------------------------


def keys_read():
    """The names that environment.py asks for: the first text given to a call, in capitals."""
    tree = ast.parse(text_of(ROOT / "frivillig" / "environment.py"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) != "config.get"
    ]
    texts = [[one.value for one in call.args if isinstance(one, ast.Constant)] for call in calls]
    first = [found[0] for found in texts if found and isinstance(found[0], str)]
    return {text for text in first if re.fullmatch("[A-Z]+(_[A-Z]+)*", text)}


def test_environment_is_read_as_this_test_reads_it():
    assert {"SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "SWEEP_SECONDS", "FRIVILLIG_DOTENV"} <= (
        keys_read()
    )


def test_example_names_every_key_and_no_other():
    example = text_of(ROOT / ".env.example")
    assert set(re.findall(r"^#?([A-Z][A-Z_]+)=", example, re.MULTILINE)) == keys_read()


def test_example_filled_in_passes_the_check_for_production():
    values = dict(re.findall(r"^([A-Z_]+)=(.*)$", text_of(ROOT / ".env.example"), re.MULTILINE))
    values |= {"SECRET_KEY": secrets.token_urlsafe(64), "FRIVILLIG_DOTENV": "off"}
    values |= {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.stdout == "System check identified no issues (0 silenced).\n", checked.stderr


def test_operations_explain_every_key_and_no_other():
    section = text_of(DOCS / "operations.md").partition("## The environment")[2]
    rows = re.findall(r"^\| (`[^|]+`) \|", section.partition("\n## ")[0], re.MULTILINE)
    assert {key for row in rows for key in re.findall(r"`([A-Z_]+)`", row)} == keys_read()


def test_every_sentence_that_stops_the_start_is_in_the_trouble_shooting():
    source = text_of(ROOT / "frivillig" / "environment.py")
    raised = re.findall(r'ImproperlyConfigured\(\s*f?"([^"]+)"', source)
    help_ = text_of(DOCS / "operations.md").partition("## Trouble shooting")[2]
    explained = [words.removeprefix("… ") for words in re.findall(r"`([^`]+)`", help_)]
    explained = [re.sub("^SWEEP_SECONDS ", "{key} ", words) for words in explained]
    explained = [words for words in explained if len(words) > 12]
    assert len(raised) >= 10
    assert [text for text in raised if not any(words in text for words in explained)] == []


# --- Links, heads, words -------------------------------------------------------------------


@pytest.mark.parametrize("path", WRITTEN, ids=shown)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text_of(path))
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", WRITTEN, ids=shown)
def test_files_that_are_named_exist(path):
    names = re.findall(r"`((?:docs|frivillig|core|coordination|agreements|recruitment)/[\w./-]+)`",
                       text_of(path))  # fmt: skip
    assert [name for name in names if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_decision_has_the_heads_in_order(path):
    text = text_of(path)
    assert re.match(r"# \S", text)
    assert re.search(r"^\*\*Decided\*\* [A-Z][a-z]+ 20\d\d\.$", text, re.MULTILINE)
    places = [text.find(head) for head in HEADS]
    assert -1 not in places
    assert places == sorted(places)


def test_every_decision_is_in_the_index():
    index = re.findall(r"\(([\w-]+)\.md\)", text_of(DOCS / "decisions" / "README.md"))
    assert sorted(index) == sorted(path.stem for path in DECISIONS)


def test_source_names_decisions_that_exist():
    named = {
        name
        for path in ROOT.glob("*/**/*.py")
        if ".venv" not in path.parts and "node_modules" not in path.parts
        for name in re.findall(r"docs/decisions/([\w-]+)\.md", text_of(path))
    }
    assert named - {path.stem for path in DECISIONS} == set()


def words_of_the_pages():
    """Every Danish text in the catalogue."""
    catalogue = polib.pofile(str(ROOT / "locale" / "da" / "LC_MESSAGES" / "django.po"))
    return {text for entry in catalogue for text in (entry.msgstr, *entry.msgstr_plural.values())}


def test_handbook_uses_the_words_of_the_pages():
    quoted = re.findall(r"\*\*(.+?)\*\*", " ".join(text_of(DOCS / "handbook.md").split()))
    assert len(quoted) > 50
    assert sorted(set(quoted) - words_of_the_pages()) == []


def test_glossary_uses_the_words_of_the_pages():
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", text_of(DOCS / "glossary.md"), re.MULTILINE)
    danish = [re.sub(r"\(.*?\)", "", row) for row in rows if row not in ("Danish (screen)", "–")]
    terms = {term.strip() for row in danish for term in re.split(r"[,/:]", row)}
    pages = " | ".join(words_of_the_pages()).casefold()
    assert len(terms) > 40
    assert sorted(term for term in terms if term.casefold() not in pages) == []


def test_pictures_are_small_and_used():
    pictures = {path.name: path.stat().st_size for path in (DOCS / "pictures").glob("*.png")}
    assert 4 <= len(pictures) <= 8
    assert max(pictures.values()) < 200_000
    readme = text_of(ROOT / "README.md")
    assert [name for name in pictures if f"docs/pictures/{name}" not in readme] == []


def test_readme_is_read_in_ten_minutes():
    """At 200 words a minute, which is slow."""
    assert len(text_of(ROOT / "README.md").split()) < 2000


# --- What the ecosystem reads --------------------------------------------------------------


def test_changelog_begins_with_what_is_unreleased():
    heads = re.findall(r"^## (.+)$", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert heads[0] == "Unreleased"


def test_publiccode_has_what_the_standard_asks_for():
    """Source: the publiccode.yml standard, 0.4, mandatory keys."""
    facts = yaml.safe_load(text_of(ROOT / "publiccode.yml"))
    mandatory = {
        *("publiccodeYmlVersion", "name", "url", "platforms", "categories"),
        *("developmentStatus", "softwareType", "description", "legal", "maintenance"),
        "localisation",
    }
    assert mandatory - {"url"} <= set(facts)
    assert set(facts["description"]) == {"da", "en"}
    for words in facts["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 150 <= len(words["longDescription"]) <= 10_000
        assert words["features"]
    assert facts["maintenance"]["contacts"]
    assert facts["legal"]["license"] == "EUPL-1.2"


def test_version_is_one():
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert yaml.safe_load(text_of(ROOT / "publiccode.yml"))["softwareVersion"] == project["version"]
