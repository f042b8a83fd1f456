import Domain
import JSONScanner
import NIOCore

/// Writes rows in the form in which changes travel, comma-separated, behind whatever is in its buffer already
/// (spec: protocol.md, "A Change on the wire").
///
/// The caller writes what stands around the rows into the same ``buffer``, so that nothing is copied again. Where a stream ends one
/// array and begins the next, it calls ``beginSequence()``.
///
/// A row is written on one line: line breaks in payloads can only be whitespace between tokens and become spaces, so that a row
/// may stand in a `data:` line of Server-Sent Events. Payloads are otherwise copied byte for byte.
struct WireChangeEncoder: ChangeSink {
    /// What has been written: the rows, and around them what the caller wrote.
    var buffer: ByteBuffer
    /// How many rows' `fields` could not be read as two JSON objects; these rows were written with empty ones. Only a damaged
    /// database has such rows.
    private(set) var unreadableRows = 0

    private let timestampKey: FieldTimestampKey
    private let start: Int
    private var isFirst = true

    /// An encoder that appends to `buffer`.
    init(appendingTo buffer: ByteBuffer, timestampKey: FieldTimestampKey) {
        self.buffer = buffer
        self.timestampKey = timestampKey
        start = buffer.writerIndex
    }

    /// How many bytes were written since the encoder was made, those of the caller included.
    var writtenBytes: Int { buffer.writerIndex - start }

    /// Lets the next row begin without a comma before it.
    mutating func beginSequence() {
        isFirst = true
    }

    mutating func append(_ row: borrowing ChangeRow) {
        let start = buffer.writerIndex
        let (row, isFirst, timestampKey) = (copy row, isFirst, timestampKey)
        var isReadable = true
        buffer.write(atMost: row.longest) { writer in
            if !isFirst { writer.write(UInt8(ascii: ",")) }
            writer.writeHead(row)
            isReadable = writer.writeFields(row, timestampKey: timestampKey)
            writer.writeTail(row)
        }
        buffer.joinLines(from: start)
        if !isReadable { unreadableRows += 1 }
        self.isFirst = false
    }
}

extension ChangeRow {
    /// The most bytes that it has on the wire.
    fileprivate var longest: Int {
        let strings =
            JSONStringToken.longest(table) + JSONStringToken.longest(record) + JSONStringToken.longest(deletedAt)
            + JSONStringToken.longest(space) + JSONStringToken.longest(origin)
        let json = (data?.count ?? 0) + (actor?.count ?? 0) + WireFields.longest(fieldValues, fieldTimestamps)
        return 256 + strings + json
    }
}

extension ByteWriter {
    /// Everything up to `fields`.
    @inline(__always)
    fileprivate mutating func writeHead(_ row: ChangeRow) {
        write(#"{"eventId":""#)
        write(exactly: EventID.textWidth) { row.eventID.write(into: $0) }
        write(#"","schemaVersion":"#)
        write(decimal: max(1, row.schemaVersion))
        write(#","table":"#)
        writeString(row.table)
        write(#","id":"#)
        writeString(row.record)
        switch row.operation {
        case .insert: write(#","op":"insert""#)
        case .update: write(#","op":"update""#)
        case .delete: write(#","op":"delete""#)
        }
        if let data = row.data {
            write(#","data":"#)
            write(data)
        }
    }

    /// The fields, if the row has any; false if they could not be read: then they are empty.
    fileprivate mutating func writeFields(_ row: ChangeRow, timestampKey: FieldTimestampKey) -> Bool {
        guard row.operation == .update || row.fieldValues != nil || row.fieldTimestamps != nil else { return true }
        write(#","fields":"#)
        let start = count
        var fields = WireFields(timestampKey: timestampKey, values: row.fieldValues, timestamps: row.fieldTimestamps)
        do throws(JSONScanError) {
            try fields.write(into: &self)
            return true
        } catch {
            rewind(to: start)
            write("{}")
            return false
        }
    }

    /// Everything after `fields`.
    @inline(__always)
    fileprivate mutating func writeTail(_ row: ChangeRow) {
        if let deletedAt = row.deletedAt {
            write(#","deletedAt":"#)
            writeString(deletedAt)
        }
        if let space = row.space {
            write(#","spaceId":"#)
            writeString(space)
        }
        if let actor = row.actor {
            write(#","actor":"#)
            write(actor)
        }
        if let origin = row.origin {
            write(#","origin":"#)
            writeString(origin)
        }
        write(UInt8(ascii: "}"))
    }
}
