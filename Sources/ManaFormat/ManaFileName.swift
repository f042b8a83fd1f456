public import Domain
public import Kernel

/// The name under which a user's export is downloaded: `mana-backup-{userId}-{YYYYMMDD-HHMMSS}`, and an extension.
public struct ManaFileName: Equatable, Sendable, CustomStringConvertible {
    /// The form of an export.
    public enum Format: String, Sendable, CaseIterable {
        /// The archive.
        case mana
        /// The events alone.
        case jsonl
    }

    /// The name. It has no character that a header or a file system would treat specially.
    public let description: String

    /// The name of an export at `time`, in UTC.
    ///
    /// A user id that is not 1 to 128 of `[A-Za-z0-9._-]` is replaced by the first 16 hexadecimal digits of its SHA-256 (spec: backup.md).
    /// - Throws: ``CryptoError`` if OpenSSL fails.
    public init(user: UserID, time: UnixTime, format: Format) throws(CryptoError) {
        let isPlain = (1...128).contains(user.text.utf8.count) && user.text.utf8.allSatisfy(Self.isPlain)
        let name = isPlain ? user.text : String(try SHA256Digest.of(Array(user.text.utf8)).hexadecimal.prefix(16))
        let digits = time.rfc3339.utf8.prefix(19).filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let stamp = String(decoding: digits.prefix(8) + [UInt8(ascii: "-")] + digits.dropFirst(8), as: UTF8.self)
        description = "mana-backup-\(name)-\(stamp).\(format.rawValue)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
