import Domain
import JSONScanner
import Kernel
import NIOCore

/// Writes the answer to a push or a pull around the rows of a page (spec: protocol.md, "Answer 200").
///
/// The rows are written where they stay: `begin` makes the sink with the answer's head in it, `finish` appends the rest.
struct SyncAnswerWriter: Sendable {
    /// What a field's timestamp is called.
    let timestampKey: FieldTimestampKey

    /// An encoder whose buffer holds the head of an answer.
    ///
    /// - Parameter capacity: How many bytes to have room for from the start; the buffer grows as needed.
    func begin(allocator: ByteBufferAllocator = ByteBufferAllocator(), capacity: Int = 1024) -> WireChangeEncoder {
        var buffer = allocator.buffer(capacity: capacity)
        buffer.writeStaticString(#"{"serverChanges":["#)
        return WireChangeEncoder(appendingTo: buffer, timestampKey: timestampKey)
    }

    /// The whole answer of a page that was written into a sink from ``begin(allocator:capacity:)``. Give the page away: a copy that is
    /// still in use costs a copy of the buffer.
    func finish(_ page: consuming ChangePage<WireChangeEncoder>, rejections: [Rejection] = []) -> ByteBuffer {
        let (until, hasMore) = (page.until, page.hasMore)
        page.sink.buffer.writeEnd(until: until, hasMore: hasMore, rejections: rejections)
        return page.sink.buffer
    }

    /// The whole answer of the rows in an encoder from ``begin(allocator:capacity:)``.
    func finish(
        _ encoder: consuming WireChangeEncoder, until: Cursor, hasMore: Bool = false, rejections: [Rejection] = []
    ) -> ByteBuffer {
        encoder.buffer.writeEnd(until: until, hasMore: hasMore, rejections: rejections)
        return encoder.buffer
    }
}

extension ByteBuffer {
    /// Appends everything after the last row.
    fileprivate mutating func writeEnd(until: Cursor, hasMore: Bool, rejections: [Rejection]) {
        writeStaticString(#"],"conflicts":[],"syncedUntil":""#)
        write(atMost: UnixTime.rfc3339Width) { writer in
            writer.write(exactly: UnixTime.rfc3339Width) { until.time.writeRFC3339(into: $0) }
        }
        writeStaticString("\"")
        if hasMore { writeStaticString(#","hasMore":true"#) }
        if !rejections.isEmpty {
            writeStaticString(#","rejected":["#)
            for (position, rejection) in rejections.enumerated() {
                if position > 0 { writeStaticString(",") }
                write(rejection)
            }
            writeStaticString("]")
        }
        writeStaticString("}")
    }

    /// Appends an element of `rejected`.
    fileprivate mutating func write(_ rejection: Rejection) {
        writeStaticString(#"{"index":"#)
        writeString(String(rejection.index))
        if let eventID = rejection.eventID {
            writeStaticString(#","eventId":""#)
            writeString(eventID.description)
            writeStaticString("\"")
        }
        writeStaticString(#","error":"#)
        writeToken(rejection.reason.rawValue)
        writeStaticString(#","message":"#)
        writeToken(rejection.reason.message)
        writeStaticString("}")
    }
}
