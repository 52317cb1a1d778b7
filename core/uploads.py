"""Uploads stay in memory: nothing a visitor sends is ever written to the disk on its way in."""

from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

LARGEST = 10 * 1024 * 1024
HANGS_UP_AT = 5 * LARGEST


class MemoryOnly(FileUploadHandler):
    """Keeps the first 10 MB; `size` is how much there was, so a form can say that it is too much.

    Who goes on sending for five times as long is hung up on.
    """

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.kept, self.seen = BytesIO(), 0

    def receive_data_chunk(self, raw_data, start):
        room = max(0, LARGEST - self.seen)
        self.kept.write(raw_data[:room])
        self.seen += len(raw_data)
        if self.seen > HANGS_UP_AT:
            raise StopUpload(connection_reset=True)

    def file_complete(self, file_size):
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
