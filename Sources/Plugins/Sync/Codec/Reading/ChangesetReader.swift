import Domain
import JSONScanner
import Kernel
import NIOCore

/// Reads the body of a push (spec: protocol.md, "POST /sync/{appId}").
///
/// One pass over the body finds where everything is; nothing is parsed that the server does not look at, and payloads stay where they
/// are. Of several faults the first of this list is told: no JSON, not a changeset's shape, schema version, cursor, the first faulty change.
/// Of a member that occurs twice only the last is looked at, so an earlier one may be anything.
struct ChangesetReader: Sendable {
    private let bound: TimestampBound

    /// A reader of bodies that arrive `now`, whose timestamps may be `maxFutureSkew` ahead.
    init(now: UnixTime, maxFutureSkew: Duration) {
        bound = TimestampBound(now: now, skew: maxFutureSkew)
    }

    /// Reads a complete, inflated body.
    ///
    /// - Throws: ``ChangesetError`` if the body is at fault; `CryptoError` if OpenSSL fails.
    func read(_ body: ByteBuffer) throws -> Changeset {
        try body.withUnsafeReadableBytes { bytes in
            var scan = ChangesetScan(draft: ChangesDraft(body: body, bound: bound))
            do throws(JSONScanError) {
                try scan.run(bytes)
            } catch {
                throw ChangesetError(error)
            }
            return try changeset(of: scan, in: bytes)
        }
    }

    private func changeset(of scan: consuming ChangesetScan, in bytes: UnsafeRawBufferPointer) throws -> Changeset {
        guard scan.isObject else { throw ChangesetError(.invalidChangeset, "The body must be an object.") }
        guard scan.hasReadableChanges else { throw ChangesetError(.invalidChangeset, "changes must be an array.") }
        let clientID = try clientID(scan.clientID, in: bytes)
        let schemaVersion = try schemaVersion(scan.schemaVersion, in: bytes)
        let since = try since(scan.since, in: bytes)
        if let (index, fault) = scan.fault { throw fault.error(at: index) }
        let (changes, lowered) = try scan.draft.finish(schemaVersion: schemaVersion, in: bytes)
        return Changeset(
            clientID: clientID, since: since, schemaVersion: schemaVersion, changes: changes, loweredTimestamps: lowered
        )
    }

    private func clientID(
        _ slice: JSONSlice?, in bytes: UnsafeRawBufferPointer
    ) throws(ChangesetError) -> ClientID? {
        guard let slice, slice.kind != .null else { return nil }
        guard slice.kind == .string else {
            throw ChangesetError(.invalidChangeset, "clientId must be a string.")
        }
        guard let name = slice.name(in: bytes) else {
            let rule = "clientId must be a string of at most 512 bytes, without U+0000 and lone surrogates."
            throw ChangesetError(.invalidChange, rule)
        }
        return name.isEmpty ? nil : ClientID(name)
    }

    private func schemaVersion(
        _ slice: JSONSlice?, in bytes: UnsafeRawBufferPointer
    ) throws(ChangesetError) -> Int {
        switch slice?.schemaVersion(in: bytes) {
        case nil, .absent: return 1
        case .known(let version): return version
        case .unreadable: throw ChangesetError(.invalidChangeset, "schemaVersion must be an integer.")
        case .unsupported:
            let newest = Changeset.newestSchemaVersion
            throw ChangesetError(
                .unsupportedSchemaVersion, "schemaVersion is above \(newest), the newest that this server knows.")
        }
    }

    private func since(_ slice: JSONSlice?, in bytes: UnsafeRawBufferPointer) throws(ChangesetError) -> Cursor {
        guard let slice, slice.kind != .null else { return .beginning }
        if slice.kind == .string, slice.contentRange.isEmpty { return .beginning }
        guard let instant = slice.instant(in: bytes) else {
            throw ChangesetError(.invalidCursor, "since must be an RFC 3339 timestamp.")
        }
        return Cursor(max(instant, .epoch))
    }
}
