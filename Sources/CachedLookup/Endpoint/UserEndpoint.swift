import AsyncHTTPClient
public import Kernel
import NIOCore
import NIOHTTP1
import Synchronization

/// A path of an outside service that tells about one user: `GET {address}/api/v1/internal/sync/status/{userId}`.
///
/// It follows no redirect, takes status 200 only, reads so many bytes and no more, and gives up after its time-out, counted from the
/// call to the answer's last byte. Its key is in no log and no error.
public final class UserEndpoint: Sendable {
    /// What an endpoint bounds.
    public struct Limits: Hashable, Sendable {
        /// How long a call may take from its start to the last byte.
        public var timeout: Duration = .seconds(5)
        /// The most bytes of an answer.
        public var maximumBytes = 64 * 1024
        /// The most connections; further calls wait for one of them within their time-out.
        public var maximumConnections = 32

        /// The defaults.
        public init() {}
    }

    private struct Opened: Sendable {
        let client: HTTPClient
        let key: Secret?
    }

    private let beforeUser: String
    private let afterUser: String
    private let limits: Limits
    private let time: any TimeSource
    private let opened = Mutex<Opened?>(nil)

    /// An endpoint to which nothing is sent before ``open(showing:)``.
    ///
    /// - Parameter path: The path with `{userId}` in it.
    public init(address: ServiceAddress, path: String, limits: Limits = Limits(), time: any TimeSource) {
        let placeholder = path.firstRange(of: "{userId}")
        beforeUser = address.base + path[..<(placeholder?.lowerBound ?? path.endIndex)]
        afterUser = String(path[(placeholder?.upperBound ?? path.endIndex)...])
        self.limits = limits
        self.time = time
    }

    /// Makes the HTTP client. Does no I/O. Every call will carry `key`, if there is one, in `X-Service-Key`.
    public func open(showing key: Secret?) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = limits.maximumConnections
        // A refused connection is an answer: who asks has pauses of its own.
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        opened.withLock { $0 = Opened(client: client, key: key) }
    }

    /// Closes the connections, once no call is under way. Later calls fail.
    public func close() async throws {
        try await opened.withLock { $0.take() }?.client.shutdown()
    }

    /// The bytes of the service's answer about a user.
    public func answer(about userID: String) async throws(LookupFailure) -> [UInt8] {
        guard let opened = opened.withLock({ $0 }) else { throw LookupFailure(.closed, "the endpoint is not open") }
        guard let segment = PercentEncoding.segment(userID) else {
            throw LookupFailure(.invalidUser, "the user's id cannot stand in a path")
        }
        var request = HTTPClientRequest(url: beforeUser + segment + afterUser)
        request.headers.add(name: "accept", value: "application/json")
        if let key = opened.key { request.headers.add(name: "x-service-key", value: key.reveal) }
        do {
            return try await withTimeout { [request] in try await self.fetch(request, by: opened.client) }
        } catch let failure as LookupFailure {
            throw failure
        } catch {
            throw LookupFailure(.unreachable, "\(error)")
        }
    }

    /// The client's own deadline ends with the response's head; this one covers the last byte too, and runs on our clock.
    private func withTimeout(
        _ body: @escaping @Sendable () async throws -> [UInt8]
    ) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await body() }
            group.addTask { [limits, time] in
                try await time.sleep(for: limits.timeout)
                throw LookupFailure(.timeout, "the answer took longer than \(limits.timeout)")
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func fetch(_ request: HTTPClientRequest, by client: HTTPClient) async throws -> [UInt8] {
        let response = try await head(for: request, by: client)
        guard response.status == .ok else {
            throw LookupFailure(.status, "the answer has status \(response.status.code) instead of 200")
        }
        var answer: [UInt8] = []
        for try await part in response.body {
            // Counted before the bytes are kept, whatever Content-Length says.
            guard answer.count + part.readableBytes <= limits.maximumBytes else {
                throw LookupFailure(.tooLarge, "the answer has over \(limits.maximumBytes) bytes")
            }
            answer.append(contentsOf: part.readableBytesView)
        }
        return answer
    }

    /// A service may close a connection that was idle just when it is used again. That says nothing of the service, and a GET may be
    /// sent once more (RFC 9110 section 9.2.2).
    private func head(for request: HTTPClientRequest, by client: HTTPClient) async throws -> HTTPClientResponse {
        do {
            return try await client.execute(request, deadline: .distantFuture)
        } catch let error as HTTPClientError where error == .remoteConnectionClosed {
            return try await client.execute(request, deadline: .distantFuture)
        }
    }
}
