import Domain
import Kernel
import NIOCore

@testable import ManaFormat

/// A change with nothing special, of which `change` makes another.
func sample(_ operation: Operation = .insert, _ change: (inout ArchivedChange) -> Void = { _ in }) -> ArchivedChange {
    var sample = ArchivedChange(
        eventID: EventID(high: 1, low: 2), schemaVersion: 1, app: AppID("todo").unsafelyUnwrapped,
        table: TableName("tasks"),
        record: RecordID("r1"), operation: operation, payload: Payload(), client: ClientID("tab"),
        createdAt: Cursor(UnixTime(microseconds: 1_767_323_045_678_901)))
    change(&sample)
    return sample
}

func fields(_ values: String, _ timestamps: String) -> Payload.Fields {
    Payload.Fields(values: JSONText(values), timestamps: JSONText(timestamps))
}

/// The line of a change.
func eventLine(of change: ArchivedChange, namesUser: Bool = false) -> String {
    var encoder = EventLineEncoder(namesUser: namesUser)
    encoder.append(change)
    return String(buffer: encoder.lines)
}

extension EventLineEncoder {
    /// Writes a change as the engine would hand its row over.
    mutating func append(_ change: ArchivedChange) {
        var memory: [UInt8] = []
        func keep(_ bytes: (some Sequence<UInt8>)?) -> Range<Int>? {
            guard let bytes else { return nil }
            let start = memory.count
            memory += bytes
            return start..<memory.count
        }
        let names = [change.app.text, change.table.text, change.record.text, change.user?.text ?? ""].map {
            keep($0.utf8)
        }
        let client = keep(change.client?.text.utf8 ?? "".utf8)
        let (space, origin) = (keep(change.space?.text.utf8), keep(change.origin?.utf8))
        let texts = [
            change.payload.data, change.payload.fields?.values, change.payload.fields?.timestamps, change.payload.actor,
        ].map { keep($0?.bytes.readableBytesView) }
        let deletedAt = keep(change.payload.deletedAt?.utf8)
        memory.withUnsafeBytes { memory in
            func lend(_ range: Range<Int>?) -> UnsafeRawBufferPointer? {
                range.map { UnsafeRawBufferPointer(rebasing: memory[$0]) }
            }
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            let row = ChangeRow(
                cursor: change.createdAt, eventID: change.eventID ?? EventID(high: 0, low: 0),
                schemaVersion: change.schemaVersion, operation: change.operation, app: lend(names[0]) ?? nothing,
                table: lend(names[1]) ?? nothing, record: lend(names[2]) ?? nothing, user: lend(names[3]) ?? nothing,
                client: lend(client) ?? nothing, space: lend(space), origin: lend(origin), data: lend(texts[0]),
                fieldValues: lend(texts[1]), fieldTimestamps: lend(texts[2]), deletedAt: lend(deletedAt),
                actor: lend(texts[3]))
            if let reason = change.reason {
                appendQuarantined(row, eventID: change.eventID, reason: reason)
            } else {
                append(row)
            }
        }
    }
}

/// The archive of changes, as pages of a few; the quarantined ones are those with a reason.
func archive(_ changes: [ArchivedChange], user: String = "anna", pageSize: Int = 3) throws -> ByteBuffer {
    var writer = try ManaWriter(user: UserID(user), createdAt: UnixTime(seconds: 1_767_323_045))
    var output = ByteBuffer()
    var encoder = EventLineEncoder()
    for quarantined in [false, true] {
        let changes = changes.filter { ($0.reason != nil) == quarantined }
        for start in stride(from: 0, to: changes.count, by: pageSize) {
            for change in changes[start...].prefix(pageSize) { encoder.append(change) }
            if quarantined {
                try writer.appendQuarantined(encoder.takeLines(), into: &output)
            } else {
                try writer.append(encoder.takeLines(), into: &output)
            }
        }
    }
    _ = try writer.finish(into: &output)
    return output
}

/// What a reader makes of an archive that comes in pieces of a length.
func read(
    _ archive: ByteBuffer, limits: ManaLimits = ManaLimits(), pieceLength: Int = .max
) throws(ManaError) -> (changes: [ArchivedChange], manifest: ManaManifest?) {
    var reader = try ManaReader(limits: limits)
    var rest = archive
    var changes: [ArchivedChange] = []
    var manifest: ManaManifest?
    while let piece = rest.readSlice(length: min(pieceLength, rest.readableBytes)), piece.readableBytes > 0 {
        reader.append(piece)
        while let event = try reader.next() {
            switch event {
            case .change(let change), .quarantined(let change): changes.append(change)
            case .end(let end): manifest = end
            }
        }
    }
    try reader.endOfInput()
    return (changes, manifest)
}

/// Why a reader refuses an archive; nil if it does not.
func refusal(of archive: ByteBuffer, limits: ManaLimits = ManaLimits()) -> ManaError? {
    do throws(ManaError) {
        _ = try read(archive, limits: limits)
        return nil
    } catch {
        return error
    }
}
