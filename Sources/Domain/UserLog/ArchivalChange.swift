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

    /// A change of its parts, recognised by what it carries.
    ///
    /// - Throws: ``CryptoError`` if OpenSSL fails.
    public init(app: AppID, client: ClientID?, change: PushedChange) throws(CryptoError) {
        self.app = app
        self.client = client
        self.change = change
        self.change.fingerprint = try ChangeFingerprint(contentOf: change, app: app, client: client)
    }
}

/// What became of changes that came from an archive.
public struct RestoreOutcome: Hashable, Sendable {
    /// How many events were stored now.
    public var imported = 0
    /// How many events were there before.
    public var duplicates = 0
    /// The events that are another user's, by their index in the batch.
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
            try digest.add(text?.utf8)
        }
        for text in [payload.data, payload.fields?.values, payload.fields?.timestamps, payload.actor] {
            // Between tokens an archive has spaces for line breaks; in strings there are none.
            try digest.add(text?.bytes.readableBytesView.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
        }
        let bytes = try digest.stream.finish().bytes
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(bytes[..<8]), low: word(bytes[8..<16]))
    }
}

/// Digests texts, each after its length, so that no two lists of them are the same bytes.
private struct ContentDigest: ~Copyable {
    var stream: SHA256Stream

    mutating func add(_ text: (some Sequence<UInt8>)?) throws(CryptoError) {
        let bytes = text.map { Array($0) }
        try add(bytes: withUnsafeBytes(of: Int64(bytes?.count ?? -1).bigEndian) { Array($0) })
        if let bytes { try add(bytes: bytes) }
    }

    private mutating func add(bytes: [UInt8]) throws(CryptoError) {
        let added: Result<Void, CryptoError> = bytes.withUnsafeBytes { bytes in
            do throws(CryptoError) { return .success(try stream.update(bytes)) } catch { return .failure(error) }
        }
        try added.get()
    }
}
