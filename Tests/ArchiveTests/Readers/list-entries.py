"""Reads a zip archive with Python's zipfile. Prints a line for each entry: name, size, CRC-32."""
import sys
import zipfile
import zlib

with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        content = archive.read(entry)
        print(entry.filename, len(content), zlib.crc32(content), sep="\t")
