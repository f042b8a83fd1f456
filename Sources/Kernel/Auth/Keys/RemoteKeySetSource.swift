import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// A JWK set that another service publishes over HTTP (spec: security.md, "JWKS").
///
/// It follows no redirect, takes status 200 only, reads at most 256 KiB, and gives up after its time-out. Its HTTP
/// client is made by the first ``load()``: whoever loads calls ``shutdown()`` when no ``load()`` is under way any more.
public final class RemoteKeySetSource: KeySetSource {
    /// The address without user, password, query and fragment.
    public let name: String
    private let url: String
    private let timeout: Duration
    private let client = Mutex<HTTPClient?>(nil)

    /// A source at `url`, to which nothing is sent yet.
    ///
    /// - Parameters:
    ///   - url: An `http` or `https` address.
    ///   - timeout: How long one fetch may take from its start to the last byte.
    public init(url: String, timeout: Duration = .seconds(5)) {
        self.url = url
        self.timeout = timeout
        name = Self.withoutSecrets(url)
    }

    /// The bytes of the document, fetched anew.
    public func load() async throws -> [UInt8] {
        // The client's own deadline ends with the response's head; this one covers the last byte too, and takes the
        // place of all the client's.
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await self.fetch() }
            group.addTask { [timeout] in
                try await Task.sleep(for: timeout)
                throw RemoteKeySetError.timeout
            }
            defer { group.cancelAll() }
            guard let document = try await group.next() else { throw CancellationError() }
            return document
        }
    }

    /// Closes the client's connections; the source cannot load afterwards.
    public func shutdown() async throws {
        try await client.withLock { $0.take() }?.shutdown()
    }

    private func openClient() -> HTTPClient {
        client.withLock { client in
            if let client { return client }
            var configuration = HTTPClient.Configuration()
            configuration.redirectConfiguration = .disallow
            // A refused connection is an answer: the key store has its own pauses, and the server's start waits for this one.
            configuration.connectionPool.retryConnectionEstablishment = false
            let made = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            client = made
            return made
        }
    }

    private func fetch() async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: "application/jwk-set+json, application/json")
        let response = try await openClient().execute(request, deadline: .distantFuture)
        guard response.status == .ok else { throw RemoteKeySetError.status(Int(response.status.code)) }
        var document: [UInt8] = []
        for try await part in response.body {
            // Counted before the bytes are kept, whatever Content-Length says.
            guard document.count + part.readableBytes <= KeySet.maximumByteCount else {
                throw RemoteKeySetError.tooLarge
            }
            document.append(contentsOf: part.readableBytesView)
        }
        return document
    }

    /// `url` without user, password, query and fragment.
    private static func withoutSecrets(_ url: String) -> String {
        let bare = url.prefix { $0 != "?" && $0 != "#" }
        guard let scheme = bare.firstRange(of: "://") else { return String(bare) }
        let rest = bare[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return String(bare) }
        return String(bare[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }
}

/// Why another service's answer is no key set.
enum RemoteKeySetError: Error, Hashable, CustomStringConvertible {
    case status(Int)
    case tooLarge
    case timeout

    var description: String {
        switch self {
        case .status(let code): "the answer has status \(code) instead of 200"
        case .tooLarge: "the answer has over \(KeySet.maximumByteCount) bytes"
        case .timeout: "the answer took too long"
        }
    }
}
