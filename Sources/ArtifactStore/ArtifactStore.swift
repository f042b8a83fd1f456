public import Kernel
public import NIOCore

/// Where artifacts of backups lie (spec: backup.md, "Where artifacts live"). One contract suite runs on every implementation.
///
/// - An artifact is there whole or not at all: what is broken off half-way leaves nothing that ``list()`` shows.
/// - Content is streamed: memory is bounded, whatever an artifact's size, and a slow reader or writer slows the other side.
/// - A store takes only URIs that name an artifact of its own; any other is refused before anything is touched.
public protocol ArtifactStore: Sendable {
    /// Makes ready what the store needs: its directory, its connections.
    func open() async throws(ArtifactError)

    /// Lets go what ``open()`` took.
    func close() async

    /// Stores what `produce` writes under `key`, in place of what was there.
    ///
    /// - Throws: ``ArtifactError``, or what `produce` throws; nothing of the attempt is left then, and what was there before stays.
    func put(
        _ key: ArtifactKey, _ produce: (any ArtifactSink) async throws -> Void
    ) async throws -> StoredArtifact

    /// What there is at a URI.
    ///
    /// - Throws: ``ArtifactError`` with `notFound` where nothing is.
    func describe(_ uri: ArtifactURI) async throws(ArtifactError) -> StoredArtifact

    /// Reads an artifact, or the bytes of `range` of it, and hands it to `consume` piece by piece, in order.
    ///
    /// - Parameter range: The bytes to read, which must be there; all of them where nil.
    /// - Throws: ``ArtifactError`` with `notFound`, or another one, also after pieces were handed out; or what `consume` throws.
    func get(
        _ uri: ArtifactURI, range: Range<UInt64>?, _ consume: (ByteBuffer) async throws -> Void
    ) async throws

    /// Removes an artifact. Where none is, nothing is to be done, and that is no error.
    func delete(_ uri: ArtifactURI) async throws(ArtifactError)

    /// All artifacts of the store, in the order of their keys.
    func list() async throws(ArtifactError) -> [StoredArtifact]

    /// Removes what attempts left that were broken off, by a crash for example: those that were begun before `time`, which cannot be told from attempts
    /// that are under way.
    ///
    /// - Parameter key: Whose; of all artifacts where nil.
    /// - Returns: how many there were.
    @discardableResult
    func removeAbandoned(of key: ArtifactKey?, before time: UnixTime) async throws(ArtifactError) -> Int

    /// The URI that an artifact of this key has, or would have.
    func uri(of key: ArtifactKey) -> ArtifactURI
}

extension ArtifactStore {
    /// Removes what attempts left that were begun before `time`, of all artifacts.
    @discardableResult
    public func removeAbandoned(before time: UnixTime) async throws(ArtifactError) -> Int {
        try await removeAbandoned(of: nil, before: time)
    }
}

/// Takes the bytes of an artifact that is being stored.
public protocol ArtifactSink: Sendable {
    /// Takes the next bytes, and returns when the store has taken them on.
    func write(_ bytes: ByteBuffer) async throws
}

/// An artifact that is there.
public struct StoredArtifact: Hashable, Sendable {
    /// Where.
    public var uri: ArtifactURI
    /// Its key.
    public var key: ArtifactKey
    /// How many bytes it has.
    public var size: UInt64
    /// When it was stored, by the store's clock.
    public var storedAt: UnixTime

    /// An artifact of its parts.
    public init(uri: ArtifactURI, key: ArtifactKey, size: UInt64, storedAt: UnixTime) {
        self.uri = uri
        self.key = key
        self.size = size
        self.storedAt = storedAt
    }
}
