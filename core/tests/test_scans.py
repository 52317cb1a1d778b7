"""A scan is what its bytes say, and nothing besides; a picture is made anew."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import PngImagePlugin

from core import scans, uploads
from core.errors import DomainError
from core.tests import scan_samples


def checked(content, name="scan.pdf"):
    return scans.checked(SimpleUploadedFile(name, content), field="scan")


@pytest.mark.parametrize("name", scan_samples.GOOD)
def test_good_scan_is_known_by_its_content(name):
    content, content_type = scan_samples.GOOD[name]
    assert checked(content, "navnet-lyver.exe").content_type == content_type


@pytest.mark.parametrize("name", scan_samples.BAD)
def test_bad_file_is_refused_whatever_it_is_called(name):
    for called in ("scan.pdf", "scan.png"):
        with pytest.raises(DomainError) as error:
            checked(scan_samples.BAD[name], called)
        assert (error.value.code, error.value.field) == ("bad_file", "scan")


def test_a_pdf_is_kept_byte_for_byte():
    content = scan_samples.pdf()
    assert checked(content).content == content


def test_what_hides_in_a_picture_is_left_behind(tmp_path):
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    path = tmp_path / "x.png"
    from_sample = scan_samples.picture()
    with scans.Image.open(scans.io.BytesIO(from_sample)) as picture:
        picture.save(path, pnginfo=hidden)
    content = path.read_bytes() + scan_samples.archive()
    assert b"<script>" in content

    kept = checked(content).content

    assert b"<script>" not in kept
    assert b"PK" not in kept


def upload(size):
    handler = uploads.MemoryOnly()
    handler.new_file("scan", "scan.pdf", "application/pdf", size)
    for start in range(0, size, 1024 * 1024):
        handler.receive_data_chunk(b"x" * min(1024 * 1024, size - start), start)
    return handler.file_complete(size)


def test_upload_keeps_ten_megabytes_and_says_how_much_there_was():
    file = upload(uploads.LARGEST + 5)
    assert (file.size, len(file.read())) == (uploads.LARGEST + 5, uploads.LARGEST)


def test_endless_upload_is_hung_up_on():
    with pytest.raises(uploads.StopUpload):
        upload(uploads.HANGS_UP_AT + 1)
