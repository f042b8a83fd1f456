import Domain
import JSONScanner
import Kernel
import NIOCore

/// The changes of a body while they are being read.
///
/// Whatever needs the whole body read first (slices of the arena, fingerprints, the changeset's schema version) comes in `finish`.
struct ChangesDraft {
    private let body: ByteBuffer
    private var bound: TimestampBound
    private let unloweredBound: TimestampBound
    private var arena: FieldArena
    private var changes: [PushedChange] = []
    /// For each change where it is in the body.
    private var wholes: [Range<Int>] = []
    private var fieldPlaces: [(change: Int, place: FieldArena.Place)] = []
    /// Stands for the schema version of a change that names none, until the changeset's is known.
    private static let unknownSchemaVersion = 0

    /// A draft without changes of a body whose readable bytes the spans are of.
    init(body: ByteBuffer, bound: TimestampBound) {
        self.body = body
        self.bound = bound
        unloweredBound = bound
        arena = FieldArena(bodySize: body.readableBytes)
    }

    /// How many changes there are.
    var count: Int { changes.count }

    /// Forgets all changes.
    mutating func removeAll() {
        changes.removeAll()
        wholes.removeAll()
        fieldPlaces.removeAll()
        arena.removeAll()
        bound = unloweredBound
    }

    /// Checks a change and takes it.
    mutating func add(_ spans: ChangeSpans, in bytes: UnsafeRawBufferPointer) throws(ChangeFault) {
        guard let table = spans.table?.nonEmptyName(in: bytes) else { throw .table }
        guard let record = spans.record?.nonEmptyName(in: bytes) else { throw .record }
        guard let operation = spans.operation?.operation(in: bytes) else { throw .operation }
        var change = PushedChange(
            table: TableName(table), record: RecordID(record), operation: operation,
            schemaVersion: try schemaVersion(of: spans, in: bytes), fingerprint: ChangeFingerprint(high: 0, low: 0))
        if let eventID = spans.eventID.present {
            guard let id = eventID.eventID(in: bytes) else { throw .eventID }
            change.eventID = id
        }
        if let origin = spans.origin.present {
            guard let name = origin.name(in: bytes) else { throw .origin }
            change.origin = name
        }
        change.payload.deletedAt = try deletedAt(of: spans, in: bytes)
        change.payload.data = text(spans.data)
        change.payload.actor = text(spans.actor?.range)
        switch spans.fieldsKind {
        case nil, .null: break
        case .object:
            let place = try arena.write(spans.fields, from: bytes, bound: &bound)
            fieldPlaces.append((changes.count, place))
        default: throw .fields
        }
        change.space = try space(of: spans, in: bytes)
        changes.append(change)
        wholes.append(spans.whole)
    }

    /// The changes, and how many of their timestamps were lowered.
    ///
    /// - Throws: `CryptoError` if OpenSSL fails.
    consuming func finish(
        schemaVersion: Int, in bytes: UnsafeRawBufferPointer
    ) throws(CryptoError) -> (changes: [PushedChange], loweredTimestamps: Int) {
        for (change, place) in fieldPlaces { changes[change].payload.fields = arena.fields(at: place) }
        var fingerprints = try ChangeFingerprints(expected: changes.count)
        for index in changes.indices {
            changes[index].fingerprint = try fingerprints.next(
                of: UnsafeRawBufferPointer(rebasing: bytes[wholes[index]]))
            if changes[index].schemaVersion == Self.unknownSchemaVersion {
                changes[index].schemaVersion = schemaVersion
            }
        }
        return (changes, bound.loweredCount)
    }

    private func schemaVersion(
        of spans: ChangeSpans, in bytes: UnsafeRawBufferPointer
    ) throws(ChangeFault) -> Int {
        switch spans.schemaVersion?.schemaVersion(in: bytes) {
        case nil, .absent: return Self.unknownSchemaVersion
        case .known(let version): return version
        case .unsupported: throw .unsupportedSchemaVersion
        case .unreadable: throw .schemaVersion
        }
    }

    private mutating func deletedAt(
        of spans: ChangeSpans, in bytes: UnsafeRawBufferPointer
    ) throws(ChangeFault) -> String? {
        guard let deletedAt = spans.deletedAt.present else { return nil }
        guard let isLowered = bound.lowers(deletedAt, in: bytes) else { throw .deletedAt }
        return isLowered ? bound.latest.rfc3339 : deletedAt.string(in: bytes)
    }

    /// The change's own space, else that of its `data`, else that of its `fields`. Only its own must be a string if it is there; an empty one
    /// is none wherever it stands.
    private func space(of spans: ChangeSpans, in bytes: UnsafeRawBufferPointer) throws(ChangeFault) -> SpaceID? {
        if let own = spans.space.present {
            guard own.kind == .string else { throw .space("spaceId") }
        }
        let isObject = spans.fieldsKind == .object
        func fieldSpace() -> JSONSlice? { isObject ? spans.fields.field(named: "spaceId", in: bytes)?.value : nil }
        let place: String
        let space: JSONSlice
        if let own = spans.space.nonEmptyString {
            (place, space) = ("spaceId", own)
        } else if let inData = spans.dataSpace.nonEmptyString {
            (place, space) = ("data.spaceId", inData)
        } else if let inFields = fieldSpace().nonEmptyString {
            (place, space) = ("fields.spaceId.value", inFields)
        } else {
            return nil
        }
        guard let name = space.name(in: bytes) else { throw .space(place) }
        return SpaceID(name)
    }

    /// A payload that shares the body's memory.
    private func text(_ range: Range<Int>?) -> JSONText? {
        guard let range, let slice = body.getSlice(at: body.readerIndex + range.lowerBound, length: range.count)
        else { return nil }
        return JSONText(slice)
    }
}

extension JSONSlice? {
    /// The value, unless it is null.
    fileprivate var present: JSONSlice? { self?.kind == .null ? nil : self }

    /// The value, if it is a string that is not empty.
    fileprivate var nonEmptyString: JSONSlice? {
        guard let self, self.kind == .string, !self.contentRange.isEmpty else { return nil }
        return self
    }
}
