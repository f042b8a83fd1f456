public import Domain
import JSONScanner
import Kernel
public import NIOCore

/// Writes rows of the log as lines of JSON (spec: backup.md, "An event line"), and counts what they are.
///
/// It is a sink for a page of the log: ``lines`` are then handed to ``ManaWriter``, or are an export in the form of JSON Lines as they are.
/// A payload is copied byte for byte, but for line breaks between its tokens, which become spaces.
public struct EventLineEncoder: ChangeSink, QuarantineSink {
    /// The lines so far, each with its line feed.
    public private(set) var lines: ByteBuffer
    /// What they are.
    public private(set) var tally = EventTally()
    private let namesUser: Bool

    /// An encoder without lines.
    ///
    /// - Parameter namesUser: Whether each line says who wrote the change: in archives that are not of one user.
    public init(allocator: ByteBufferAllocator = ByteBufferAllocator(), capacity: Int = 4096, namesUser: Bool = false) {
        lines = allocator.buffer(capacity: capacity)
        self.namesUser = namesUser
    }

    /// How many bytes the lines have.
    public var writtenBytes: Int { lines.readableBytes }

    /// Writes an event.
    public mutating func append(_ row: borrowing ChangeRow) {
        write(row, eventID: row.eventID, reason: nil)
    }

    /// Writes a quarantined change, whose ``ChangeRow/cursor`` says when it was rejected.
    ///
    /// - Parameter eventID: The id that the client gave it; the row's own is not looked at.
    public mutating func appendQuarantined(
        _ row: borrowing ChangeRow, eventID: EventID?, reason: RejectionReason
    ) {
        write(row, eventID: eventID, reason: reason)
    }

    /// Hands out the lines with their tally, and begins anew without a line.
    public mutating func takeLines() -> EventLines {
        defer {
            lines = ByteBuffer()
            tally = EventTally()
        }
        return EventLines(bytes: lines, tally: tally)
    }

    private mutating func write(_ row: borrowing ChangeRow, eventID: EventID?, reason: RejectionReason?) {
        let schemaVersion = max(1, row.schemaVersion)
        tally.count(app: row.app, schemaVersion: schemaVersion)
        lines.writeStaticString("{")
        if let eventID {
            lines.writeStaticString(#""eventId":""#)
            lines.writeWithUnsafeMutableBytes(minimumWritableBytes: EventID.textWidth) { target in
                eventID.write(into: target)
                return EventID.textWidth
            }
            lines.writeStaticString(#"","#)
        }
        lines.writeStaticString(#""schemaVersion":"#)
        lines.writeString(String(schemaVersion))
        lines.writeMember(#","appId":"#, string: row.app)
        lines.writeMember(#","table":"#, string: row.table)
        lines.writeMember(#","id":"#, string: row.record)
        lines.writeStaticString(row.operation.member)
        lines.writePayload(row)
        lines.writeMember(#","clientId":"#, string: row.client)
        lines.writeStaticString(#","createdAt":""#)
        let time = row.cursor.time
        lines.writeWithUnsafeMutableBytes(minimumWritableBytes: UnixTime.rfc3339Width) { target in
            time.writeRFC3339(into: target)
            return UnixTime.rfc3339Width
        }
        lines.writeStaticString("\"")
        lines.writeMember(#","spaceId":"#, string: row.space)
        lines.writeMember(#","actor":"#, json: row.actor)
        lines.writeMember(#","origin":"#, string: row.origin)
        if namesUser { lines.writeMember(#","userId":"#, string: row.user) }
        if let reason { lines.writeString(#","reason":"\#(reason.rawValue)""#) }
        lines.writeStaticString("}\n")
    }
}

/// Lines of events, and what they are.
public struct EventLines: Sendable {
    /// The lines, each with its line feed.
    public var bytes: ByteBuffer
    /// What they are.
    public var tally: EventTally
}

extension Operation {
    fileprivate var member: StaticString {
        switch self {
        case .insert: #","op":"insert""#
        case .update: #","op":"update""#
        case .delete: #","op":"delete""#
        }
    }
}
