"""Writes a zip archive with Python's zipfile. Usage: write-archive.py ARCHIVE METHOD FORM, where FORM is seekable, stream or zip64."""
import sys
import zipfile

path, method, form = sys.argv[1:]
compression = {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}[method]


class Stream:
    """A file that cannot be sought, so that sizes have to follow the data."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


with open(path, "wb") as file:
    with zipfile.ZipFile(file if form == "seekable" else Stream(file), "w", compression) as archive:
        for name, content in [
            ("a.txt", b"hello\n" * 1000),
            ("empty", b""),
            ("d/\u00e4\u20ac.bin", b"PK\x07\x08" + bytes(range(256)) * 700 + b"PK\x07"),
        ]:
            with archive.open(name, "w", force_zip64=form == "zip64") as entry:
                entry.write(content)
