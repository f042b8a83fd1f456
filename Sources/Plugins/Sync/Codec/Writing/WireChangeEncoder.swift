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
        writeHead(row)
        let (operation, values, timestamps) = (row.operation, row.fieldValues, row.fieldTimestamps)
        if operation == .update || values != nil || timestamps != nil { writeFields(values, timestamps) }
        writeTail(row)
        buffer.joinLines(from: start)
        isFirst = false
    }

    /// Everything up to `data`.
    private mutating func writeHead(_ row: borrowing ChangeRow) {
        let table = row.table
        let record = row.record
        let data = row.data
        let eventID = row.eventID
        let schemaVersion = row.schemaVersion
        let operation = row.operation
        let isFirst = isFirst
        let capacity = 160 + JSONStringToken.longest(table) + JSONStringToken.longest(record) + (data?.count ?? 0)
        buffer.write(atMost: capacity) { writer in
            writer.write(isFirst ? #"{"eventId":""# : #",{"eventId":""#)
            writer.write(exactly: EventID.textWidth) { eventID.write(into: $0) }
            writer.write(#"","schemaVersion":"#)
            writer.write(decimal: max(1, schemaVersion))
            writer.write(#","table":"#)
            writer.writeString(table)
            writer.write(#","id":"#)
            writer.writeString(record)
            switch operation {
            case .insert: writer.write(#","op":"insert""#)
            case .update: writer.write(#","op":"update""#)
            case .delete: writer.write(#","op":"delete""#)
            }
            if let data {
                writer.write(#","data":"#)
                writer.write(data)
            }
        }
    }

    private mutating func writeFields(_ values: UnsafeRawBufferPointer?, _ timestamps: UnsafeRawBufferPointer?) {
        buffer.writeStaticString(#","fields":"#)
        let start = buffer.writerIndex
        var fields = WireFields(timestampKey: timestampKey, values: values, timestamps: timestamps)
        do throws(JSONScanError) {
            try fields.write(into: &buffer)
        } catch {
            buffer.moveWriterIndex(to: start)
            buffer.writeStaticString("{}")
            unreadableRows += 1
        }
    }

    /// Everything after `fields`.
    private mutating func writeTail(_ row: borrowing ChangeRow) {
        let deletedAt = row.deletedAt
        let space = row.space
        let actor = row.actor
        let origin = row.origin
        let strings =
            JSONStringToken.longest(deletedAt) + JSONStringToken.longest(space) + JSONStringToken.longest(origin)
        buffer.write(atMost: 64 + strings + (actor?.count ?? 0)) { writer in
            if let deletedAt {
                writer.write(#","deletedAt":"#)
                writer.writeString(deletedAt)
            }
            if let space {
                writer.write(#","spaceId":"#)
                writer.writeString(space)
            }
            if let actor {
                writer.write(#","actor":"#)
                writer.write(actor)
            }
            if let origin {
                writer.write(#","origin":"#)
                writer.writeString(origin)
            }
            writer.write(UInt8(ascii: "}"))
        }
    }
}
