"""A stored file is what its bytes are."""

import io

import pytest
from PIL import Image, ImageFile

from core import files, policies
from core.errors import DomainError
from core.models import StoredFile, User

pytestmark = pytest.mark.django_db


def picture(picture_format="PNG", size=(40, 20), **options):
    content = io.BytesIO()
    Image.new("RGB", size, "#005a9c").save(content, format=picture_format, **options)
    return content.getvalue()


@pytest.fixture(autouse=True, params=[True, False])
def truncated_allowed(request, monkeypatch):
    """Both states of PIL's process-wide switch: WeasyPrint turns it on when it is imported."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", request.param)


@pytest.fixture
def user():
    return User.objects.create_user("mette@example.dk")


@pytest.fixture
def add(user):
    def add(name, content):
        return files.add_image(name=name, content=content, purpose="municipality.logo", by=user)

    return add


@pytest.mark.parametrize(
    ("name", "picture_format", "content_type"),
    [("logo.png", "PNG", "image/png"), ("LOGO.JPEG", "JPEG", "image/jpeg")],
)
def test_picture_is_kept_as_what_it_is(add, name, picture_format, content_type):
    stored = add(name, picture(picture_format))

    assert stored.content_type == content_type
    assert Image.open(io.BytesIO(bytes(stored.content))).size == (40, 20)
    assert (stored.size, len(stored.sha256)) == (len(stored.content), 64)


def test_picture_loses_what_is_hidden_in_it(add):
    exif = Image.Exif()
    exif[0x010E] = "Vollsmose 55.40N"
    stored = add("logo.jpg", picture("JPEG", exif=exif) + b"<?php hidden ?>")

    assert b"Vollsmose" not in stored.content
    assert b"hidden" not in stored.content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("logo.png", b"%PDF-1.7"),
        ("logo.png", b""),
        ("logo.png", picture("JPEG")),
        ("logo.svg", picture("PNG")),
        ("logo.png", picture("GIF")),
        ("logo.png", picture()[:60]),
        ("logo.jpg", picture("JPEG")[:-9]),
        ("logo.png", picture(size=(4001, 1))),
        ("logo.png", picture() + b"0" * 1024 * 1024),
    ],
)
def test_file_that_is_not_what_it_says_is_refused(add, name, content):
    with pytest.raises(DomainError) as error:
        add(name, content)
    assert error.value.code == "bad_file"
    assert StoredFile.objects.count() == 0


def test_current_is_the_file_of_the_setting(add, user):
    assert files.current("municipality.logo") is None
    stored = add("logo.png", picture())
    policies.set("municipality.logo", stored, by=user)
    assert files.current("municipality.logo") == stored
