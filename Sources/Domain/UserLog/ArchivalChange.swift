public import Kernel
import NIOCore

/// A change that comes from an archive, read and checked, not yet stored.
public struct ArchivalChange: Sendable {
    /// The app that it is of.
    public var app: AppID
    /// The client that it had when it was archived. It is kept for the next archive, and nobody's own.
    public var client: ClientID?
    /// The change. One from the log has an event id; one from the quarantine has its reason as refusal.
    public var change: PushedChange
    /// Whether it was in the quarantine when it was archived. Else a refusal is news.
    public let wasQuarantined: Bool

    /// A change of its parts, recognised by what it carries.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL fails.
    public init(app: AppID, client: ClientID?, change: PushedChange) throws(CryptoError) {
        self.app = app
        self.client = client
        self.change = change
        wasQuarantined = change.refusal != nil
        self.change.fingerprint = try ChangeFingerprint(contentOf: change, app: app, client: client)
    }
}

/// What became of changes that came from an archive.
public struct RestoreOutcome: Hashable, Sendable {
    /// How many events were stored now.
    public var imported = 0
    /// How many events were there before.
    public var duplicates = 0
    /// The events that are another user's, or that the user may not make, by their index in the batch.
    public var rejections: [Rejection] = []
    /// How many changes went back into the quarantine.
    public var quarantined = 0

    /// Nothing yet.
    public init() {}
}

extension ChangeFingerprint {
    /// What a change is recognised by wherever its bytes come from: what it does and carries, not when it was made nor why it was refused.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL fails.
    public init(contentOf change: PushedChange, app: AppID, client: ClientID?) throws(CryptoError) {
        var digest = ContentDigest(stream: try SHA256Stream())
        let payload = change.payload
        for text in [
            app.text, client?.text ?? "", change.table.text, change.record.text, change.operation.rawValue,
            change.eventID?.description, change.space?.text, String(change.schemaVersion), change.origin,
            payload.deletedAt,
        ] {
            try digest.add(text.map { ByteBuffer(string: $0) })
        }
        for text in [payload.data, payload.fields?.values, payload.fields?.timestamps, payload.actor] {
            try digest.add(text?.withoutLineBreaks)
        }
        let bytes = try digest.stream.finish().bytes
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(bytes[..<8]), low: word(bytes[8..<16]))
    }
}

/// Digests texts, each after its length, so that no two lists of them are the same bytes.
private struct ContentDigest: ~Copyable {
    var stream: SHA256Stream

    mutating func add(_ text: ByteBuffer?) throws(CryptoError) {
        try add(ByteBuffer(integer: Int64(text?.readableBytes ?? -1)))
        if let text { try add(text) }
    }

    private mutating func add(_ bytes: ByteBuffer) throws(CryptoError) {
        let added: Result<Void, CryptoError> = bytes.withUnsafeReadableBytes { bytes in
            do throws(CryptoError) { return .success(try stream.update(bytes)) } catch { return .failure(error) }
        }
        try added.get()
    }
}

extension JSONText {
    /// The bytes as an archive has them: spaces for line breaks, which there are between tokens only.
    fileprivate var withoutLineBreaks: ByteBuffer {
        let isBreak = { (byte: UInt8) in byte == 0x0A || byte == 0x0D }
        let hasBreak = bytes.withUnsafeReadableBytes { $0.contains(where: isBreak) }
        return hasBreak ? ByteBuffer(bytes: bytes.readableBytesView.map { isBreak($0) ? 0x20 : $0 }) : bytes
    }
}
