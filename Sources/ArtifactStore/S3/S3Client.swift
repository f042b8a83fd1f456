import AsyncHTTPClient
import Kernel
import NIOCore
import NIOHTTP1
import Synchronization

/// Sends signed requests to an S3-compatible service, again where that may help, and translates what it refuses.
final class S3Client: Sendable {
    let settings: S3Settings
    let address: S3Address
    private let time: any TimeSource
    private let opened = Mutex<Opened?>(nil)

    /// What there is while the store is open.
    private struct Opened {
        let http: HTTPClient
        let signature: SignatureV4
    }

    /// The longest answer that is read as a whole.
    private static let longestAnswer = 8 << 20

    init(_ settings: S3Settings, address: S3Address, time: any TimeSource) {
        self.settings = settings
        self.address = address
        self.time = time
    }

    /// Which service and bucket, for people; never who signs.
    var place: String { "bucket \(settings.bucket) at \(settings.endpoint)" }

    func open(signingAs credentials: S3Credentials) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        configuration.timeout.read = .microseconds(settings.timeout.microseconds)
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let signature = SignatureV4(credentials: credentials, region: settings.region)
        opened.withLock { $0 = Opened(http: client, signature: signature) }
    }

    func close() async throws(ArtifactError) {
        do {
            try await opened.withLock { $0.take() }?.http.shutdown()
        } catch {
            throw ArtifactError(.unavailable, "The connections to the S3 service did not close.", cause: "\(error)")
        }
    }

    /// A request to an object, or to the bucket.
    func request(_ method: String, key: ArtifactKey? = nil) -> S3Request {
        let path = key.map { address.root + S3Escaping.escaped(settings.prefix + $0.description, keeping: "/") }
        return S3Request(method: method, host: address.host, path: path ?? address.bucketPath)
    }

    /// Sends a request and reads the answer, all of it.
    func answer(to request: S3Request) async throws(ArtifactError) -> S3Answer {
        try await send(request) { response in
            let body =
                request.method == "HEAD" ? ByteBuffer() : try await response.body.collect(upTo: Self.longestAnswer)
            return S3Answer(status: response.status.code, headers: response.headers, body: body)
        }
    }

    /// Sends a request, until the head of an answer is there that is no fault of the service's or the way's, and lends the answer to `read`.
    private func send<Value>(
        _ request: S3Request, _ read: (HTTPClientResponse) async throws -> Value
    ) async throws(ArtifactError) -> Value {
        var attempt = 1
        while true {
            do throws(ArtifactError) {
                return try await sendOnce(request, read)
            } catch {
                guard error.code == .unavailable, attempt < settings.attempts, !Task.isCancelled else { throw error }
            }
            do {
                try await time.sleep(for: .milliseconds(200) * (1 << attempt) * Double.random(in: 0.5...1))
            } catch {
                throw ArtifactError(.unavailable, "The request was cancelled.")
            }
            attempt += 1
        }
    }

    private func sendOnce<Value>(
        _ request: S3Request, _ read: (HTTPClientResponse) async throws -> Value
    ) async throws(ArtifactError) -> Value {
        do {
            let response = try await execute(request)
            guard (200..<300).contains(response.status.code) else {
                let body = request.method == "HEAD" ? ByteBuffer() : try await response.body.collect(upTo: 64 << 10)
                throw S3Fault(status: response.status.code, body: body, place: place).error
            }
            return try await read(response)
        } catch let error as ArtifactError {
            throw error
        } catch {
            throw ArtifactError(.unavailable, "The S3 service cannot be reached: \(place).", cause: "\(error)")
        }
    }

    /// Sends a request once and hands out the answer's body piece by piece. It is not sent again once a piece was handed out.
    func stream(
        _ request: S3Request, expecting size: UInt64, _ consume: (ByteBuffer) async throws -> Void
    ) async throws {
        let response = try await send(request) { $0 }
        var received: UInt64 = 0
        var chunks = response.body.makeAsyncIterator()
        while let chunk = try await next(&chunks) {
            received += UInt64(chunk.readableBytes)
            guard received <= size else { break }
            try await consume(chunk)
        }
        guard received == size else {
            throw ArtifactError(.damaged, "The S3 service sent another number of bytes than it said.")
        }
    }

    private func next(
        _ chunks: inout HTTPClientResponse.Body.AsyncIterator
    ) async throws(ArtifactError) -> ByteBuffer? {
        do {
            return try await chunks.next()
        } catch {
            throw ArtifactError(.unavailable, "The connection to the S3 service broke: \(place).", cause: "\(error)")
        }
    }

    private func execute(_ request: S3Request) async throws -> HTTPClientResponse {
        guard let opened = opened.withLock({ $0 }) else {
            throw ArtifactError(.unavailable, "The store of artifacts is not open.")
        }
        let query = request.queryText
        var message = HTTPClientRequest(
            url: "\(address.scheme)\(request.host)\(request.path)\(query.isEmpty ? "" : "?\(query)")")
        message.method = HTTPMethod(rawValue: request.method)
        for field in opened.signature.fields(for: request, at: time.now) where field.name != "host" {
            message.headers.add(name: field.name, value: field.value)
        }
        if request.body.readableBytes > 0 || request.method == "PUT" { message.body = .bytes(request.body) }
        return try await opened.http.execute(message, deadline: .distantFuture)
    }
}

/// An answer that was read as a whole.
struct S3Answer: Sendable {
    let status: UInt
    let headers: HTTPHeaders
    let body: ByteBuffer

    /// The body as text.
    var text: String { String(buffer: body) }
}
