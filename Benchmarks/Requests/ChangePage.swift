import JSONScanner
import NIOCore

/// What an answer to push or pull holds (protocol.md).
struct ChangePage {
    /// How many changes.
    private(set) var changes = 0
    /// How many rejections.
    private(set) var rejected = 0
    /// The cursor.
    private(set) var syncedUntil = ""

    /// Reads an answer's body.
    init(_ body: ByteBuffer) throws {
        self = try body.withUnsafeReadableBytes { bytes in
            var page = ChangePage()
            var scanner = try JSONScanner(bytes)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                if scanner.equals(name, "serverChanges") {
                    page.changes = try Self.count(&scanner)
                } else if scanner.equals(name, "rejected") {
                    page.rejected = try Self.count(&scanner)
                } else if scanner.equals(name, "syncedUntil") {
                    page.syncedUntil = scanner.string(try scanner.skipValue()) ?? ""
                }
            }
            try scanner.finish()
            return page
        }
        guard !syncedUntil.isEmpty else { throw BenchmarkError("an answer has no syncedUntil") }
    }

    private init() {}

    private static func count(_ scanner: inout JSONScanner) throws -> Int {
        var count = 0
        try scanner.enterArray()
        while try scanner.nextElement() { count += 1 }
        return count
    }
}
