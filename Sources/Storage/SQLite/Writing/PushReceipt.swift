import Domain
import Kernel

/// What a client's latest stored push to an app was, so that a retry of it is recognised change by change.
struct PushReceipt: Sendable {
    /// Where a change without an event id went.
    enum Place: Sendable, Equatable {
        case log(Int64)
        case quarantine(RejectionReason)
    }

    /// Each change's fingerprint and place, in the request's order.
    var entries: [(fingerprint: ChangeFingerprint, place: Place)] = []

    /// The digest, which of several identical ones, 0 or the reason's marker, and the place.
    private static let entryWidth = 16 + 4 + 1 + 8

    init() {}

    /// Reads what ``encoded()`` wrote; nil if it is anything else.
    init?(decoding bytes: UnsafeRawBufferPointer) {
        guard bytes.count.isMultiple(of: PushReceipt.entryWidth) else { return nil }
        entries.reserveCapacity(bytes.count / PushReceipt.entryWidth)
        for start in stride(from: 0, to: bytes.count, by: PushReceipt.entryWidth) {
            func read<Number: FixedWidthInteger>(_ offset: Int, as: Number.Type) -> Number {
                Number(bigEndian: bytes.loadUnaligned(fromByteOffset: start + offset, as: Number.self))
            }
            let fingerprint = ChangeFingerprint(
                high: read(0, as: UInt64.self), low: read(8, as: UInt64.self), occurrence: read(16, as: UInt32.self))
            let marker = bytes[start + 20]
            if marker == 0 {
                entries.append((fingerprint, .log(read(21, as: Int64.self))))
            } else {
                guard let reason = RejectionReason(marker: marker) else { return nil }
                entries.append((fingerprint, .quarantine(reason)))
            }
        }
    }

    /// The bytes of the `entries` column.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entries.count * PushReceipt.entryWidth)
        func write(_ number: some FixedWidthInteger) {
            withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
        }
        for (fingerprint, place) in entries {
            write(fingerprint.high)
            write(fingerprint.low)
            write(fingerprint.occurrence)
            switch place {
            case .log(let place):
                write(UInt8(0))
                write(place)
            case .quarantine(let reason):
                write(reason.marker)
                write(Int64(0))
            }
        }
        return bytes
    }
}

/// The reasons as receipts keep them.
extension RejectionReason {
    fileprivate init?(marker: UInt8) {
        guard let reason = RejectionReason.allCases.first(where: { $0.marker == marker }) else { return nil }
        self = reason
    }

    fileprivate var marker: UInt8 {
        switch self {
        case .eventConflict: 1
        case .notAMember: 2
        case .readOnly: 3
        }
    }
}

extension WriterSession {
    /// The receipt that a push may be a retry of: of the same `since`, and young enough.
    func receipt(for push: Push, at now: UnixTime) throws(StoreError) -> PushReceipt? {
        // Where every change has an event id, nothing is compared.
        guard push.changes.contains(where: { $0.eventID == nil }) else { return nil }
        let find = statements.findReceipt
        try find.bind(1, push.user.text)
        try find.bind(2, push.app.text)
        try find.bind(3, push.client?.text ?? "")
        defer { find.reset() }
        guard try find.step(), find.integer(0) == push.since.time.microseconds else { return nil }
        let age = now.microseconds - find.integer(1)
        guard age < push.retryWindow.microseconds else { return nil }
        guard let receipt = PushReceipt(decoding: find.blob(2)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a push receipt cannot be read")
        }
        return receipt
    }

    /// Makes a push the client's latest.
    func write(_ receipt: PushReceipt, of push: Push, now: UnixTime) throws(StoreError) {
        let write = statements.writeReceipt
        try write.bind(1, push.user.text)
        try write.bind(2, push.app.text)
        try write.bind(3, push.client?.text ?? "")
        try write.bind(4, push.since.time.microseconds)
        try write.bind(5, now.microseconds)
        try write.bind(6, now.advanced(by: push.retryWindow).microseconds)
        let entries = receipt.encoded()
        let result: Result<Void, StoreError> = entries.withUnsafeBytes { bytes in
            Result { () throws(StoreError) in try write.bindBlob(7, bytes) }
        }
        try result.get()
        try write.run()
    }
}
