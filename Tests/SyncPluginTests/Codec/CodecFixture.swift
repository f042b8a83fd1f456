import Domain
import JSONScanner
import Kernel
import NIOCore

@testable import SyncPlugin

/// Noon of 2 January 2026: the time at which all bodies of these tests arrive.
let arrival = UnixTime(seconds: 1_767_355_200)

/// Reads a body that arrives at ``arrival``, five minutes of skew allowed.
func read(_ body: some Sequence<UInt8>) throws -> Changeset {
    try ChangesetReader(now: arrival, maxFutureSkew: .seconds(300)).read(ByteBuffer(bytes: body))
}

func read(_ body: String) throws -> Changeset { try read(body.utf8) }

/// Reads the only change of a changeset.
func readChange(_ change: String) throws -> PushedChange {
    let changes = try read(#"{"changes":[\#(change)]}"#).changes
    guard let change = changes.first, changes.count == 1 else { throw UnexpectedCount(count: changes.count) }
    return change
}

struct UnexpectedCount: Error {
    let count: Int
}

/// The error that a body is refused with; nil if it is read.
func refusal(of body: some Sequence<UInt8>) -> ChangesetError? {
    do {
        _ = try read(body)
        return nil
    } catch {
        return error as? ChangesetError ?? ChangesetError(.invalidJSON, "an error of another type: \(error)")
    }
}

func refusal(of body: String) -> ChangesetError? { refusal(of: body.utf8) }

/// A change's row as a store would hand it out.
struct StoredRow {
    var eventID = EventID(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0001)
    var schemaVersion = 1
    var operation = Operation.insert
    var table = "todos"
    var record = "todo-1"
    var space: String?
    var origin: String?
    var data: String?
    var fieldValues: String?
    var fieldTimestamps: String?
    var deletedAt: String?
    var actor: String?
}

extension StoredRow {
    init(_ change: PushedChange) {
        if let eventID = change.eventID { self.eventID = eventID }
        schemaVersion = change.schemaVersion
        operation = change.operation
        table = change.table.text
        record = change.record.text
        space = change.space?.text
        origin = change.origin
        data = change.payload.data?.description
        fieldValues = change.payload.fields?.values.description
        fieldTimestamps = change.payload.fields?.timestamps.description
        deletedAt = change.payload.deletedAt
        actor = change.payload.actor?.description
    }

    /// Appends the row to a sink, with pointers that are good during the call only.
    func append(to sink: inout some ChangeSink, at cursor: Cursor = .beginning) {
        var bytes: [UInt8] = []
        func store(_ text: String?) -> Range<Int>? {
            guard let text else { return nil }
            bytes += text.utf8
            return bytes.count - text.utf8.count..<bytes.count
        }
        let ranges = [table, record, space, origin, data, fieldValues, fieldTimestamps, deletedAt, actor].map(store)
        bytes.withUnsafeBytes { bytes in
            let parts = ranges.map { $0.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) } }
            let empty = UnsafeRawBufferPointer(start: nil, count: 0)
            sink.append(
                ChangeRow(
                    cursor: cursor, eventID: eventID, schemaVersion: schemaVersion, operation: operation,
                    app: empty, table: parts[0] ?? empty, record: parts[1] ?? empty, user: empty, client: empty,
                    space: parts[2], origin: parts[3], data: parts[4], fieldValues: parts[5],
                    fieldTimestamps: parts[6], deletedAt: parts[7], actor: parts[8]))
        }
    }
}

/// The rows as they travel, without anything around them.
func wire(_ rows: [StoredRow], key: FieldTimestampKey = .updatedAt) -> String {
    var encoder = WireChangeEncoder(appendingTo: ByteBuffer(), timestampKey: key)
    for row in rows { row.append(to: &encoder) }
    return String(buffer: encoder.buffer)
}

/// The raw texts of an object's members, of duplicates the last; nil for what is no object.
func members(of object: some Sequence<UInt8>) throws -> [String: String]? {
    try Array(object).withUnsafeBytes { bytes in
        var scanner = try JSONScanner(bytes)
        guard try scanner.peekKind() == .object else { return nil }
        var members: [String: String] = [:]
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            let value = try scanner.skipValue()
            members[scanner.string(name) ?? "a lone surrogate"] = String(decoding: bytes[value.range], as: UTF8.self)
        }
        try scanner.finish()
        return members
    }
}

/// The raw texts of an array's elements.
func elements(of array: some Sequence<UInt8>) throws -> [String] {
    try Array(array).withUnsafeBytes { bytes in
        var scanner = try JSONScanner(bytes)
        var elements: [String] = []
        try scanner.enterArray()
        while try scanner.nextElement() {
            elements.append(String(decoding: bytes[try scanner.skipValue().range], as: UTF8.self))
        }
        try scanner.finish()
        return elements
    }
}
