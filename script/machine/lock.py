"""Turn the loose requirements into pins with hashes."""

from . import base, frontend, python

COMPILE = ("pip", "compile", "--quiet", "--generate-hashes", "--universal", "--python-version=3.11")


def pin(*, upgrade):
    """Write requirements*.txt and package-lock.json anew; keeps fitting pins unless `upgrade`.

    The development pins hold to those of the site, so that what is tested is what runs.
    """
    python.ensure_packages("requirements-dev.txt")
    uv = python.VENV / "bin" / "uv"
    again = ["--upgrade"] if upgrade else []
    header = ["--custom-compile-command", "script/lock"]
    for name, constraints in (
        ("requirements", []),
        ("requirements-dev", ["--constraint", "requirements.txt"]),
        ("requirements-node", []),
    ):
        files = [f"{name}.in", *constraints, "--output-file", f"{name}.txt"]
        base.run([uv, *COMPILE, *header, *again, *files], doing=f"Pinning {name}.in")
    npm = [*frontend.npm(), "install", "--package-lock-only", "--ignore-scripts"]
    base.run([*npm, "--omit-lockfile-registry-resolved"], doing="Pinning package.json")
