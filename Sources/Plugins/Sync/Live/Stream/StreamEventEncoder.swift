import Domain
import Kernel
import NIOCore

/// Writes the rows of a page as events, one for each run of rows of the same table (spec: protocol.md, "stream").
///
/// An event's `syncedUntil` covers the rows up to its own and no other: where rows share a place in the clock, as inherited ones may, an event
/// that ends between them says the place before. `hasMore` is false in an event after which nothing was left to be read.
struct StreamEventEncoder: ChangeSink {
    fileprivate var rows: WireChangeEncoder
    /// The table of the event that is open.
    private var table: [UInt8]?
    private var last: Cursor
    /// All rows up to here are written.
    private var covered: Cursor

    /// An encoder of the page that begins after `cursor`.
    init(after cursor: Cursor, timestampKey: FieldTimestampKey) {
        rows = WireChangeEncoder(appendingTo: ByteBuffer(), timestampKey: timestampKey)
        last = cursor
        covered = cursor
    }

    var writtenBytes: Int { rows.writtenBytes }

    mutating func append(_ row: borrowing ChangeRow) {
        if row.cursor > last { covered = last }
        let name = row.table
        if table?.elementsEqual(name) != true {
            endEvent(until: covered, hasMore: true)
            beginEvent(of: name)
        }
        last = row.cursor
        rows.append(row)
    }

    /// A sign of life. Its id moves a client's `Last-Event-ID` on, past what the client does not get.
    static func heartbeat(at cursor: Cursor) -> ByteBuffer {
        ByteBuffer(string: "event: heartbeat\ndata: {}\nid: \(cursor.text)\n\n")
    }

    private mutating func beginEvent(of name: UnsafeRawBufferPointer) {
        table = Array(name)
        rows.buffer.write(atMost: 64 + 6 * name.count) { writer in
            writer.write("event: changes\ndata: {\"table\":")
            writer.writeString(name)
            writer.write(#","changes":["#)
        }
        rows.beginSequence()
    }

    /// Ends the event that is open, if one is.
    fileprivate mutating func endEvent(until: Cursor, hasMore: Bool) {
        guard table != nil else { return }
        table = nil
        rows.buffer.write(atMost: 128) { writer in
            writer.write(#"],"syncedUntil":""#)
            writer.write(exactly: UnixTime.rfc3339Width) { until.time.writeRFC3339(into: $0) }
            writer.write(hasMore ? "\",\"hasMore\":true}\nid: " : "\",\"hasMore\":false}\nid: ")
            writer.write(exactly: UnixTime.rfc3339Width) { until.time.writeRFC3339(into: $0) }
            writer.write("\n\n")
        }
    }
}

extension ChangePage<StreamEventEncoder> {
    /// The page's events; nil where it has no rows. Give the page away: a copy that is still in use costs a copy of the buffer.
    consuming func events() -> ByteBuffer? {
        guard count > 0 else { return nil }
        sink.endEvent(until: until, hasMore: hasMore)
        return sink.rows.buffer
    }
}
