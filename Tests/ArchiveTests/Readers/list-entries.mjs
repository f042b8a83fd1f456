// Reads a zip archive as JavaScript clients do: from the end of the central directory to the headers to the data. Prints a line for each
// entry: name, size, CRC-32. Usage: node list-entries.mjs ARCHIVE
import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

const archive = readFileSync(process.argv[2]);
const need = (condition, what) => {
  if (!condition) throw new Error(what);
};
const long = (offset) => Number(archive.readBigUInt64LE(offset));

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function directory() {
  let end = archive.length - 22;
  while (end >= 0 && archive.readUInt32LE(end) !== 0x06054b50) end--;
  need(end >= 0, "no end of the central directory");
  const plain = { count: archive.readUInt16LE(end + 10), offset: archive.readUInt32LE(end + 16) };
  if (end < 20 || archive.readUInt32LE(end - 20) !== 0x07064b50) return plain;
  const record = long(end - 12);
  need(archive.readUInt32LE(record) === 0x06064b50, "no zip64 record where the locator says");
  return { count: long(record + 32), offset: long(record + 48) };
}

function zip64Values(extra, fields) {
  let position = 0;
  while (position < extra.length && extra.readUInt16LE(position) !== 1) position += 4 + extra.readUInt16LE(position + 2);
  position += 4;
  return fields.map((field) => {
    if (field !== 0xffffffff || position >= extra.length) return field;
    position += 8;
    return Number(extra.readBigUInt64LE(position - 8));
  });
}

let { count, offset } = directory();
for (; count > 0; count--) {
  need(archive.readUInt32LE(offset) === 0x02014b50, "no central header");
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => archive.readUInt16LE(offset + field));
  const nameEnd = offset + 46 + nameLength;
  const name = archive.toString("utf8", offset + 46, nameEnd);
  const [size, compressedSize, place] = zip64Values(
    archive.subarray(nameEnd, nameEnd + extraLength),
    [24, 20, 42].map((field) => archive.readUInt32LE(offset + field)),
  );
  need(archive.readUInt32LE(place) === 0x04034b50, "no local header");
  const start = place + 30 + archive.readUInt16LE(place + 26) + archive.readUInt16LE(place + 28);
  const data = archive.subarray(start, start + compressedSize);
  const content = archive.readUInt16LE(offset + 10) === 8 ? inflateRawSync(data) : data;
  need(content.length === size, "wrong size");
  need(crc32(content) === archive.readUInt32LE(offset + 16), "wrong CRC-32");
  console.log(`${name}\t${size}\t${crc32(content)}`);
  offset = nameEnd + extraLength + commentLength;
}
