import Domain
import ManaFormat
import NIOCore
import NIOPosix

/// A file that somebody wants to restore or to verify: what it is, told by its first bytes, whatever it is called.
struct BackupFile: Sendable {
    /// What can be restored.
    enum Form: Sendable {
        /// A `.mana` archive; whether of the whole log or of one user, its end says.
        case archive
        /// An SQLite database: what `GET /api/backup` answers where the server is on SQLite.
        case database
    }

    let path: String

    /// What the file is.
    ///
    /// - Throws: ``BackupError`` with `notRestorable`, saying what it is instead and what it is for.
    func form() async throws -> Form {
        let start = try await firstBytes()
        if start.isEmpty { throw refusal("is empty") }
        if start.starts(with: "SQLite format 3\0".utf8) { return .database }
        // An archive without entries has the mark of its end first; it is refused as such.
        if start.starts(with: "PK\u{3}\u{4}".utf8) || start.starts(with: "PK\u{5}\u{6}".utf8) { return .archive }
        if start.starts(with: [0x1F, 0x8B]) {
            throw refusal("is compressed with gzip", "Decompress it with gunzip, then restore what comes out.")
        }
        if start.starts(with: "PGDMP".utf8) {
            throw refusal("is a dump of PostgreSQL", "Bring it back with pg_restore.")
        }
        if String(decoding: start, as: UTF8.self).contains("PostgreSQL database dump") {
            throw refusal("is a dump of PostgreSQL", "Bring it back with psql.")
        }
        if start.first(where: { !" \t\r\n".utf8.contains($0) }) == UInt8(ascii: "{") {
            throw refusal(
                "has lines of JSON, as /backup/export?format=jsonl answers",
                "They are for reading: what can be brought back is the .mana archive of /backup/export, by POST /backup/import."
            )
        }
        throw refusal(
            "is neither a backup (.mana) nor a copy of the database (.db)",
            "`mana-sync backup list` shows the backups that there are.")
    }

    /// Why an archive that is no bundle cannot be restored: nil where it is no user's export either.
    func refusalAsExport() async throws -> BackupError? {
        let manifest = try await NIOThreadPool.singleton.runIfActive { try Self.manifest(ofExport: path) }
        return manifest.map { manifest in
            refusal(
                "is one user's export (of \(manifest.user.text)), no backup of the whole log",
                "The user brings it back with their token: curl --data-binary @\(path) -H \"Authorization: Bearer $TOKEN\" SERVER/backup/import"
            )
        }
    }

    private func firstBytes() async throws -> ByteBufferView {
        try await NIOThreadPool.singleton.runIfActive { [path] in
            try BundleFile(path).next().readableBytesView.prefix(512)
        }
    }

    /// Reads a user's export, all of it; nil if it is none. Blocks.
    private static func manifest(ofExport path: String) throws -> ManaManifest? {
        let file = try BundleFile(path)
        do {
            var reader = try ManaReader()
            var manifest: ManaManifest?
            while true {
                let chunk = try file.next()
                guard chunk.readableBytes > 0 else { break }
                reader.append(chunk)
                while let event = try reader.next() {
                    if case .end(let end) = event { manifest = end }
                }
            }
            try reader.endOfInput()
            return manifest
        } catch is ManaError {
            return nil
        }
    }

    private func refusal(_ what: String, _ advice: String = "") -> BackupError {
        BackupError(.notRestorable, "\(path) \(what).\(advice.isEmpty ? "" : " \(advice)")")
    }
}
