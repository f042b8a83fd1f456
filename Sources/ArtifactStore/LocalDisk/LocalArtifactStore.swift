public import Kernel
public import NIOCore
import Synchronization

/// Artifacts as files of one directory, which its owner alone may look into (spec: backup.md, "Where artifacts live").
///
/// A file is written under another name, written to disk, renamed, and the directory written to disk: after a crash it is there whole or not at all.
/// The system's blocking calls run on threads made for that.
public final class LocalArtifactStore: ArtifactStore {
    private static let chunkSize = 256 << 10

    private let path: String
    private let resolved = Mutex<String?>(nil)

    /// A store in a directory, which ``open()`` makes where it is missing.
    public init(directory: String) {
        path = directory
    }

    public func open() async throws(ArtifactError) {
        let directory = try await onThread { [path] () throws(ArtifactError) in try Directory.prepare(path) }
        resolved.withLock { $0 = directory }
    }

    public func close() async {}

    public func uri(of key: ArtifactKey) -> ArtifactURI {
        ArtifactURI(FileURI(directory: resolved.withLock { $0 } ?? path).text(of: key))
    }

    public func put(
        _ key: ArtifactKey, _ produce: (any ArtifactSink) async throws -> Void
    ) async throws -> StoredArtifact {
        let directory = try directory()
        let sink = try await onThread { () throws(ArtifactError) in
            try DraftSink(for: key, in: try Directory(path: directory))
        }
        // One unlink is no long work, and has to be done where the task was cancelled, too.
        defer { sink.discard() }
        try await produce(sink)
        try await sink.publish(as: key)
        return try await describe(uri(of: key))
    }

    public func describe(_ uri: ArtifactURI) async throws(ArtifactError) -> StoredArtifact {
        let directory = try directory()
        let key = try FileURI(directory: directory).key(of: uri)
        return try await onThread { () throws(ArtifactError) in
            guard let status = try Directory(path: directory).status(of: key.description) else {
                throw ArtifactError(.notFound, "There is no such artifact.")
            }
            return StoredArtifact(uri: uri, key: key, size: status.size, storedAt: status.modified)
        }
    }

    public func get(
        _ uri: ArtifactURI, range: Range<UInt64>?, _ consume: (ByteBuffer) async throws -> Void
    ) async throws {
        let directory = try directory()
        let key = try FileURI(directory: directory).key(of: uri)
        let file = try await onThread { () throws(ArtifactError) in
            FileBox(try ArtifactFile(key, in: try Directory(path: directory)))
        }
        let wanted = range ?? 0..<file.file.size
        var offset = wanted.lowerBound
        while offset < wanted.upperBound {
            let limit = Int(min(UInt64(Self.chunkSize), wanted.upperBound - offset))
            let chunk = try await onThread { [offset] () throws(ArtifactError) in
                try file.file.read(at: offset, limit: limit)
            }
            guard chunk.readableBytes == limit else {
                throw ArtifactError(.damaged, "The artifact ends before its end.")
            }
            try await consume(chunk)
            offset += UInt64(limit)
        }
    }

    public func delete(_ uri: ArtifactURI) async throws(ArtifactError) {
        let directory = try directory()
        let key = try FileURI(directory: directory).key(of: uri)
        try await onThread { () throws(ArtifactError) in
            let open = try Directory(path: directory)
            if try open.remove(key.description) { try open.synchronize() }
        }
    }

    public func list() async throws(ArtifactError) -> [StoredArtifact] {
        let directory = try directory()
        let uris = FileURI(directory: directory)
        return try await onThread { () throws(ArtifactError) in
            let open = try Directory(path: directory)
            var found: [StoredArtifact] = []
            for key in try open.names().compactMap({ ArtifactKey($0) }).sorted() {
                guard let status = try open.status(of: key.description) else { continue }
                found.append(
                    StoredArtifact(
                        uri: ArtifactURI(uris.text(of: key)), key: key, size: status.size, storedAt: status.modified))
            }
            return found
        }
    }

    public func removeAbandoned(of key: ArtifactKey?, before time: UnixTime) async throws(ArtifactError) -> Int {
        let directory = try directory()
        return try await onThread { () throws(ArtifactError) in
            let open = try Directory(path: directory)
            var removed = 0
            for name in try open.names() where DraftFile.isDraft(name, of: key) {
                guard let status = try open.status(of: name), status.modified < time else { continue }
                if try open.remove(name) { removed += 1 }
            }
            return removed
        }
    }

    private func directory() throws(ArtifactError) -> String {
        guard let directory = resolved.withLock({ $0 }) else {
            throw ArtifactError(.unavailable, "The store of artifacts is not open.")
        }
        return directory
    }
}

/// Holds a file that several closures reach one after the other.
private final class FileBox: Sendable {
    let file: ArtifactFile

    init(_ file: consuming ArtifactFile) {
        self.file = file
    }
}
