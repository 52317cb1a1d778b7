import json
import re
import shutil

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from machine import base, frontend

URL = re.compile(r"url\(([^)]+)\)")


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """What is collected of the installed package, in a folder of our own."""
    target = tmp_path_factory.mktemp("static") / "dkfds"
    frontend.collect(frontend.NODE_MODULES / "dkfds", target)
    return target


def test_collected_style_sheet_names_only_files_that_are_there(collected):
    css = collected / "css" / "dkfds.min.css"
    named = {(css.parent / url).resolve() for url in URL.findall(css.read_text())}

    assert len(named) > 100
    assert {path for path in named if not path.is_file()} == set()


def test_collected_fonts_are_woff2_only(collected):
    css = (collected / "css" / "dkfds.min.css").read_text()

    assert re.findall(r"\.(?:eot|woff|ttf)\b", css) == []
    assert len(list(collected.glob("fonts/*.woff2"))) == 8


@pytest.mark.parametrize("name", ["css/dkfds.min.css", "js/dkfds.min.js"])
def test_collected_files_name_no_source_map(collected, name):
    assert "sourceMappingURL" not in (collected / name).read_text()


def test_collected_files_come_with_their_licences(collected):
    assert "SIL Open Font License" in (collected / "LICENSE.md").read_text()
    assert (collected / "fonts" / "license.txt").is_file()


def test_collecting_again_leaves_nothing_of_before(collected):
    left_over = collected / "img" / "old.svg"
    left_over.write_text("")

    frontend.collect(frontend.NODE_MODULES / "dkfds", collected)

    assert not left_over.exists()


def test_a_named_file_that_is_missing_stops_the_collecting(tmp_path):
    package = tmp_path / "dkfds"
    shutil.copytree(
        frontend.NODE_MODULES / "dkfds" / "dist",
        package / "dist",
        ignore=shutil.ignore_patterns("scss", "eot", "otf", "ttf", "woff", "split", "*.map"),
    )
    (package / "dist" / "img" / "svg-icons" / "plus.svg").unlink()

    with pytest.raises(base.Stop, match=r"plus\.svg"):
        frontend.collect(package, tmp_path / "target")


def test_static_files_can_be_named_by_their_content(settings, tmp_path):
    """The production storage reads every url() and fails on one that leads nowhere."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }

    call_command("collectstatic", verbosity=0, interactive=False)

    name = staticfiles_storage.stored_name("vendor/dkfds/css/dkfds.min.css")
    assert re.fullmatch(r"vendor/dkfds/css/dkfds\.min\.[0-9a-f]{12}\.css", name)
    assert (tmp_path / name).is_file()


def test_front_end_packages_are_pinned_by_hash_and_name_no_address():
    lock = json.loads((base.ROOT / "package-lock.json").read_text())
    wanted = json.loads((base.ROOT / "package.json").read_text())
    packages = {path: pin for path, pin in lock["packages"].items() if path}

    assert all(pin["integrity"].startswith("sha512-") for pin in packages.values())
    assert [path for path, pin in packages.items() if "resolved" in pin] == []
    exact = wanted["dependencies"] | wanted["devDependencies"]
    assert exact == {
        path.removeprefix("node_modules/"): pin["version"] for path, pin in packages.items()
    }
