import Domain
import Kernel
import NIOCore
import PostgresClient
import StorageShared

/// A push's changes as the arrays that the push function takes, a column each.
struct ChangeColumns {
    private var ids: PostgresArray
    private var named: PostgresArray
    private var refusals: PostgresArray
    private var digests: PostgresArray
    private var occurrences: PostgresArray
    private var tables: PostgresArray
    private var records: PostgresArray
    private var spaces: PostgresArray
    private var operations: PostgresArray
    private var data: PostgresArray
    private var timestamps: PostgresArray
    private var values: PostgresArray
    private var deletedAt: PostgresArray
    private var members: PostgresArray
    private var versions: PostgresArray
    private var actors: PostgresArray
    private var origins: PostgresArray
    private var sizes: PostgresArray
    private var isRefused = false

    /// Encodes the changes; those without an event id get one of `now`.
    init(_ changes: [PushedChange], now: UnixTime) throws(PostgresError) {
        (ids, digests) = (try PostgresArray(of: .uuid), try PostgresArray(of: .uuid))
        named = try PostgresArray(of: .bool)
        (occurrences, members) = (try PostgresArray(of: .int4), try PostgresArray(of: .int4))
        (versions, sizes) = (try PostgresArray(of: .int4), try PostgresArray(of: .int4))
        (refusals, tables, records) = (try .texts(), try .texts(), try .texts())
        (spaces, operations, deletedAt, origins) = (try .texts(), try .texts(), try .texts(), try .texts())
        (data, timestamps) = (try PostgresArray(of: .json), try PostgresArray(of: .json))
        (values, actors) = (try PostgresArray(of: .json), try PostgresArray(of: .json))
        for change in changes { try append(change, now: now) }
    }

    private mutating func append(_ change: PushedChange, now: UnixTime) throws(PostgresError) {
        let id = change.eventID ?? EventID.make(at: now)
        ids.append(uuid: id.high, id.low)
        named.append(change.eventID != nil)
        try refusals.append(change.refusal?.rawValue)
        if change.refusal != nil { isRefused = true }
        digests.append(uuid: change.fingerprint.high, change.fingerprint.low)
        occurrences.append(Int32(bitPattern: change.fingerprint.occurrence))
        try tables.append(change.table.text)
        try records.append(change.record.text)
        try spaces.append(change.space?.text)
        try operations.append(change.operation.rawValue)
        try origins.append(change.origin)
        versions.append(Int32(clamping: change.schemaVersion))
        try append(change.payload)
    }

    private mutating func append(_ payload: Payload) throws(PostgresError) {
        let columns = (payload.storedData, payload.storedTimestamps, payload.storedValues)
        try data.append(columns.0)
        try timestamps.append(columns.1)
        try values.append(columns.2)
        try actors.append(payload.actor)
        try deletedAt.append(payload.deletedAt)
        members.append(Int32(PayloadMembers(of: payload).rawValue))
        let size = [columns.0, columns.1, columns.2, payload.actor].reduce(0) { $0 + ($1?.bytes.readableBytes ?? 0) }
        sizes.append(Int32(clamping: size))
    }

    /// Appends them in the order of the function's parameters.
    func append(to parameters: inout PostgresParameters) {
        parameters.append(ids)
        parameters.append(named)
        if isRefused {
            parameters.append(refusals)
        } else {
            parameters.appendNull(PostgresType.text.array ?? .inferred)
        }
        for column in [
            digests, occurrences, tables, records, spaces, operations, data, timestamps, values, deletedAt, members,
            versions, actors, origins, sizes,
        ] {
            parameters.append(column)
        }
    }
}

extension PostgresArray {
    fileprivate static func texts() throws(PostgresError) -> PostgresArray { try PostgresArray(of: .text) }

    fileprivate mutating func append(_ text: String?) throws(PostgresError) {
        guard let text else { return appendNull() }
        try append(text)
    }

    fileprivate mutating func append(_ json: JSONText?) throws(PostgresError) {
        guard let json else { return appendNull() }
        let result: Result<Void, PostgresError> = json.bytes.withUnsafeReadableBytes { bytes in
            do throws(PostgresError) {
                try append(utf8: bytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
