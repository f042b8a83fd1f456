import Domain
import JSONScanner
import Kernel
import ManaFormat
import NIOCore

/// How far ahead of the server's clock an imported timestamp may be: as far as a pushed one, or an archive would make a broken clock win for
/// ever (spec: protocol.md, "POST /sync/{appId}").
struct TimestampBound: Sendable {
    /// The latest instant that stays as it is, and what later ones are lowered to.
    let latest: UnixTime

    /// The change to store of one in an archive.
    ///
    /// - Throws: ``MalformedTimestamp`` where a field's timestamp, or the deletion's, is none; `CryptoError`.
    func importable(_ archived: ArchivedChange) throws -> ArchivalChange {
        var payload = archived.payload
        if let fields = payload.fields { payload.fields?.timestamps = try lowered(fields.timestamps) }
        if let deletedAt = payload.deletedAt {
            guard let instant = UnixTime(rfc3339: deletedAt) else { throw MalformedTimestamp() }
            if instant > latest { payload.deletedAt = latest.rfc3339 }
        }
        return try ArchivalChange(
            app: archived.app, client: archived.client,
            change: PushedChange(
                table: archived.table, record: archived.record, operation: archived.operation,
                eventID: archived.eventID, space: archived.space, schemaVersion: archived.schemaVersion,
                origin: archived.origin, payload: payload,
                fingerprint: ChangeFingerprint(high: 0, low: 0), refusal: archived.reason))
    }

    /// An object of timestamps by name, the same bytes where none is too late.
    private func lowered(_ timestamps: JSONText) throws -> JSONText {
        let late = try timestamps.bytes.withUnsafeReadableBytes { bytes in
            var late: [Range<Int>] = []
            // The line that it stood on was validated as a whole.
            var scanner = JSONScanner(validUTF8: bytes)
            try scanner.enterObject()
            while try scanner.nextMember() != nil {
                let value = try scanner.skipValue()
                guard let text = value.string(in: bytes), let instant = UnixTime(rfc3339: text) else {
                    throw MalformedTimestamp()
                }
                if instant > latest { late.append(value.range) }
            }
            return late
        }
        guard !late.isEmpty else { return timestamps }
        var lowered = ByteBuffer()
        let start = timestamps.bytes.readerIndex
        var end = 0
        func keep(upTo next: Int) {
            guard let kept = timestamps.bytes.getSlice(at: start + end, length: next - end) else { return }
            lowered.writeImmutableBuffer(kept)
        }
        for range in late {
            keep(upTo: range.lowerBound)
            lowered.writeString("\"\(latest.rfc3339)\"")
            end = range.upperBound
        }
        keep(upTo: timestamps.bytes.readableBytes)
        return JSONText(lowered)
    }
}

/// A timestamp in an archive that is no RFC 3339 timestamp: the archive is refused whole.
struct MalformedTimestamp: ProblemConvertible {
    var problem: Problem {
        .badRequest(
            code: ManaError.Code.invalidArchive.rawValue,
            detail: "A change in the archive has a timestamp that is no RFC 3339 timestamp.")
    }
}
