"""How a file comes in: into memory, and no further than the limit. Nothing is ever written to a disk in clear."""

from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

#: What is a little too large is read to its end, because a browser shows the answer only after it has sent all;
#: what is larger than so many times the limit is not read at all.
FURTHEST = 4


class InMemory(FileUploadHandler):
    """Keeps the files of one form up to FILE_UPLOAD_MAX_MEMORY_SIZE for all of them together.

    Of a file that does not fit nothing is kept: it arrives empty, with its true size, for the form to say so.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._left = settings.FILE_UPLOAD_MAX_MEMORY_SIZE

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: str, encoding: Any = None
    ) -> None:
        """Raises RequestDataTooBig before the first byte is read."""
        if content_length > FURTHEST * settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The body of a form exceeded what is read of it.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._left -= len(raw_data)
        if self._left < 0:
            self._kept = BytesIO()
        else:
            self._kept.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self._kept.seek(0)
        return InMemoryUploadedFile(
            file=self._kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )
