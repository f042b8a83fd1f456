public import Kernel
public import NIOCore
import NIOHTTP1

/// Artifacts as objects of an S3-compatible service (spec: backup.md, "Where artifacts live").
///
/// Requests are signed by Signature Version 4, bodies included. What is larger than a part goes up as a multipart upload, which is aborted
/// where it is broken off. Requests that the service fails are sent again a few times, with growing pauses.
public struct S3ArtifactStore: ArtifactStore {
    private let client: S3Client
    private let loadSecret: (@Sendable () throws(ArtifactError) -> Secret)?

    /// A store of the settings.
    ///
    /// - Parameter loadSecret: Gives the secret access key when the store is opened, in place of that of the settings.
    /// - Throws: `misconfigured` for settings that ``S3Settings/fault`` finds fault with.
    public init(
        _ settings: S3Settings, time: any TimeSource = SystemTimeSource(),
        loadingSecret loadSecret: (@Sendable () throws(ArtifactError) -> Secret)? = nil
    ) throws(ArtifactError) {
        guard settings.fault == nil, let address = S3Address(settings) else {
            throw ArtifactError(.misconfigured, "The S3 store: \(settings.fault ?? "endpoint").")
        }
        client = S3Client(settings, address: address, time: time)
        self.loadSecret = loadSecret
    }

    public func open() async throws(ArtifactError) {
        var credentials = client.settings.credentials
        if let loadSecret { credentials.secretAccessKey = try loadSecret() }
        client.open(signingAs: credentials)
    }

    public func close() async {
        do {
            try await client.close()
        } catch {
            // Nothing depends on connections that nobody uses any more.
        }
    }

    public func uri(of key: ArtifactKey) -> ArtifactURI {
        ArtifactURI("s3://\(client.settings.bucket)/\(client.settings.prefix)\(key)")
    }

    public func put(
        _ key: ArtifactKey, _ produce: (any ArtifactSink) async throws -> Void
    ) async throws -> StoredArtifact {
        let upload = S3Upload(key, client: client)
        do {
            try await produce(upload)
            try await upload.finish()
        } catch {
            try await abort(upload, after: error)
        }
        return try await describe(uri(of: key))
    }

    /// Gives up an upload, also where the task was cancelled, and throws why.
    private func abort(_ upload: S3Upload, after error: any Error) async throws -> Never {
        // A cancelled task sends nothing: the abort needs one of its own, and is waited for.
        let abortion = Task { try await upload.abort() }
        do {
            try await abortion.value
        } catch let second as ArtifactError {
            throw ArtifactError(
                (error as? ArtifactError)?.code ?? .unavailable,
                "An upload was broken off, and could not be aborted: its parts stay until the next sweep.",
                cause: "\(error); \(second.cause ?? second.message)")
        }
        throw error
    }

    public func describe(_ uri: ArtifactURI) async throws(ArtifactError) -> StoredArtifact {
        let key = try key(of: uri)
        let answer = try await client.answer(to: client.request("HEAD", key: key))
        guard let size = answer.headers.first(name: "content-length").flatMap({ UInt64($0) }) else {
            throw ArtifactError(.unavailable, "The S3 service does not say how large the artifact is.")
        }
        let stored = answer.headers.first(name: "last-modified").flatMap { UnixTime(httpDate: $0) }
        return StoredArtifact(uri: uri, key: key, size: size, storedAt: stored ?? .epoch)
    }

    public func get(
        _ uri: ArtifactURI, range: Range<UInt64>?, _ consume: (ByteBuffer) async throws -> Void
    ) async throws {
        let key = try key(of: uri)
        let wanted: Range<UInt64>
        if let range { wanted = range } else { wanted = 0..<(try await describe(uri).size) }
        guard !wanted.isEmpty else { return }
        var request = client.request("GET", key: key)
        if range != nil { request.headers = [("range", "bytes=\(wanted.lowerBound)-\(wanted.upperBound - 1)")] }
        try await client.stream(request, expecting: UInt64(wanted.count), consume)
    }

    public func delete(_ uri: ArtifactURI) async throws(ArtifactError) {
        let key = try key(of: uri)
        do throws(ArtifactError) {
            _ = try await client.answer(to: client.request("DELETE", key: key))
        } catch  where error.code == .notFound {}
    }

    public func list() async throws(ArtifactError) -> [StoredArtifact] {
        var found: [StoredArtifact] = []
        try await forEachPage(query: [("list-type", "2")], "continuation-token", "NextContinuationToken") { page in
            for object in page.all("Contents") {
                guard let key = key(named: object.first("Key")), let size = object.first("Size").flatMap({ UInt64($0) })
                else { continue }
                let time = object.first("LastModified").flatMap { UnixTime(rfc3339: $0) }
                found.append(StoredArtifact(uri: uri(of: key), key: key, size: size, storedAt: time ?? .epoch))
            }
        }
        return found.sorted { $0.key < $1.key }
    }

    public func removeAbandoned(of wanted: ArtifactKey?, before time: UnixTime) async throws(ArtifactError) -> Int {
        var abandoned: [(key: ArtifactKey, id: String)] = []
        try await forEachPage(query: [("uploads", "")], "key-marker", "NextKeyMarker") { page in
            for upload in page.all("Upload") {
                guard let key = key(named: upload.first("Key")), let id = upload.first("UploadId"),
                    let begun = upload.first("Initiated").flatMap({ UnixTime(rfc3339: $0) }), begun < time,
                    wanted == nil || wanted == key
                else { continue }
                abandoned.append((key, id))
            }
        }
        for upload in abandoned { try await client.abort(upload.id, of: upload.key) }
        return abandoned.count
    }

    private func forEachPage(
        query: [(name: String, value: String)], _ parameter: String, _ next: String, _ use: (S3XML) -> Void
    ) async throws(ArtifactError) {
        var request = client.request("GET")
        var marker: String?
        repeat {
            request.query = query + [("prefix", client.settings.prefix)] + (marker.map { [(parameter, $0)] } ?? [])
            let page = S3XML(try await client.answer(to: request).text)
            use(page)
            marker = page.first("IsTruncated") == "true" ? page.first(next) : nil
        } while marker != nil
    }

    private func key(named name: String?) -> ArtifactKey? {
        guard let name, name.hasPrefix(client.settings.prefix) else { return nil }
        return ArtifactKey(String(name.dropFirst(client.settings.prefix.count)))
    }

    private func key(of uri: ArtifactURI) throws(ArtifactError) -> ArtifactKey {
        let prefix = "s3://\(client.settings.bucket)/\(client.settings.prefix)"
        guard uri.description.hasPrefix(prefix),
            let key = ArtifactKey(String(uri.description.dropFirst(prefix.count)))
        else {
            throw ArtifactError(.foreignURI, "The URI names no artifact of the S3 bucket.")
        }
        return key
    }
}
