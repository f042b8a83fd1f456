import ArtifactStore
import Kernel
import KernelTesting
import NIOCore
import Testing

/// The stores that the contract is run on.
enum StoreCase: String, CaseIterable, CustomTestStringConvertible {
    case localDisk
    case s3

    var testDescription: String { rawValue }

    /// Opens an empty store of this kind, uses it and closes it.
    func with(_ use: (any ArtifactStore) async throws -> Void) async throws {
        switch self {
        case .localDisk:
            try await TemporaryDirectory.with { folder in
                try await Self.use(LocalArtifactStore(directory: "\(folder)/backups"), use)
            }
        case .s3:
            let settings = try await S3Peer.shared().settings(prefix: "t\(UInt64.random(in: 0 ... .max))/deep/")
            try await Self.use(try S3ArtifactStore(settings), use)
        }
    }

    private static func use(
        _ store: any ArtifactStore, _ use: (any ArtifactStore) async throws -> Void
    ) async throws {
        try await store.open()
        do {
            try await use(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }
}

extension ArtifactStore {
    /// Stores bytes in one piece.
    @discardableResult
    func put(_ key: ArtifactKey, _ text: String) async throws -> StoredArtifact {
        try await put(key) { try await $0.write(ByteBuffer(string: text)) }
    }

    /// Stores `count` bytes that repeat every 251, in pieces.
    @discardableResult
    func put(_ key: ArtifactKey, pattern count: Int, piece: Int = 100_003) async throws -> StoredArtifact {
        try await put(key) { sink in
            for start in stride(from: 0, to: count, by: piece) {
                try await sink.write(ByteBuffer(bytes: pattern(start..<min(count, start + piece))))
            }
        }
    }

    /// Reads an artifact, all of it or a range.
    func bytes(_ uri: ArtifactURI, range: Range<UInt64>? = nil) async throws -> ByteBuffer {
        var read = ByteBuffer()
        try await get(uri, range: range) { read.writeImmutableBuffer($0) }
        return read
    }
}

/// Bytes that repeat every 251.
func pattern(_ range: Range<Int>) -> [UInt8] {
    range.map { UInt8($0 % 251) }
}

/// A key that is one.
func key(_ text: String) throws -> ArtifactKey {
    try #require(ArtifactKey(text))
}

/// The code of the error that `body` throws.
func code(_ body: () async throws -> Void) async -> ArtifactError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? ArtifactError)?.code
    }
}

/// Expects that `body` throws an error of this code.
func fails(
    _ expected: ArtifactError.Code, _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    let found = await code(body)
    #expect(found == expected, sourceLocation: location)
}

struct Broken: Error {}
