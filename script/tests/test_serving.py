import os
import re
import socket
import subprocess
import sys

import pytest
from machine import base, serving

READ = re.compile(r'\benv\.\w+\("([A-Z_]+)"|\(env, "([A-Z_]+)"')
EXAMPLE_LINE = re.compile(r"^#?([A-Z_]+)=(.*)$", re.MULTILINE)


def example():
    """The values of .env.example that are not commented out."""
    lines = (base.ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))


def test_settings_file_is_private_and_has_a_key(tmp_path):
    path = tmp_path / ".env"

    serving.write_dotenv(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^SECRET_KEY=\S{64,}$", path.read_text(), re.MULTILINE)


def test_settings_file_of_ones_own_is_left_alone(tmp_path):
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")

    serving.write_dotenv(path)

    assert path.read_text() == "SECRET_KEY=mine\n"


def test_a_port_in_use_is_said_plainly():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(base.Stop, match=rf"^Port {port} is in use .*--port {port + 1}$"):
            serving._require_free_port(port)


def test_example_explains_every_setting_and_no_other():
    source = (base.ROOT / "frivillig" / "environment.py").read_text()
    read = {first or second for first, second in READ.findall(source)} | {"FRIVILLIG_DOTENV"}
    explained = {name for name, _ in EXAMPLE_LINE.findall((base.ROOT / ".env.example").read_text())}

    assert explained == read


def test_example_filled_in_passes_the_deployment_check():
    environment = example() | {
        "SECRET_KEY": "filled-in-0123456789-" * 4,
        "FRIVILLIG_DOTENV": "off",
        "DJANGO_SETTINGS_MODULE": "frivillig.settings",
        "PATH": os.environ["PATH"],
    }

    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=base.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert check.stderr == ""
    assert check.stdout == "System check identified no issues (0 silenced).\n"
