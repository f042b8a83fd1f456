public import HTTPTypes
package import HummingbirdCore
import Kernel
import NIOCore
import Synchronization

extension PluginHarness {
    /// Sends one request whose answer may go on for any time, and returns with the answer's head.
    ///
    /// The answer's body is written only as far as the test reads it: each piece waits until ``OpenAnswer/next()`` takes it, as that of a peer
    /// that reads nothing waits for its socket.
    public func open(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:]
    ) async throws -> OpenAnswer {
        let head = HTTPRequest(
            method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        let response = await plan.responder.respond(to: request, from: ConnectionInfo(remoteAddress: "127.0.0.1"))
        return OpenAnswer(response, hasBody: method != .head)
    }
}

/// An answer that is under way. One task may read it.
public final class OpenAnswer: Sendable {
    /// Its status.
    public let status: HTTPResponse.Status
    /// Its headers.
    public let headers: HTTPFields

    private let pipe = PiecePipe()
    private let writing: Task<Void, Never>

    /// An answer whose body is written from now on.
    package init(_ response: Response, hasBody: Bool = true) {
        status = response.status
        headers = response.headers
        // Stands for the connection's task, which ends with the connection: here with the answer.
        writing = Task { [pipe] in
            do {
                if hasBody { try await response.body.write(BodyPipe(pipe: pipe)) }
                pipe.end(nil)
            } catch {
                pipe.end(error)
            }
        }
    }

    deinit { writing.cancel() }

    /// The next piece of the body as text; waits until there is one, and is nil at the end.
    ///
    /// - Throws: what broke the body off.
    public func next() async throws -> String? {
        try await pipe.take().map { String(buffer: $0) }
    }

    /// Goes away, as a peer that closes its connection, and returns when the server has noticed.
    public func leave() async {
        writing.cancel()
        await writing.value
    }
}

/// Takes a response's body, one piece at a time.
private final class BodyPipe: ResponseBodyWriter {
    let pipe: PiecePipe

    init(pipe: PiecePipe) {
        self.pipe = pipe
    }

    func write(_ buffer: ByteBuffer) async throws {
        if buffer.readableBytes > 0 { try await pipe.put(buffer) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// Hands pieces from a writer to a reader; each waits for the other.
private final class PiecePipe: Sendable {
    private typealias Reader = CheckedContinuation<ByteBuffer?, any Error>
    private typealias Writer = CheckedContinuation<Void, any Error>

    private struct State {
        /// A piece that waits to be taken, and who waits for that.
        var offered: (piece: ByteBuffer, writer: Writer)?
        var reader: Reader?
        var end: Result<ByteBuffer?, any Error>?

        mutating func takeOffered() -> (piece: ByteBuffer, writer: Writer)? {
            defer { offered = nil }
            return offered
        }

        mutating func takeReader() -> Reader? {
            defer { reader = nil }
            return reader
        }
    }

    private let state = Mutex(State())

    /// Returns once the piece is taken.
    func put(_ piece: ByteBuffer) async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (writer: Writer) in
                // Cancelled before it waits: the handler below has found nobody. Cancelled later: it finds the offer.
                let (isCancelled, reader) = state.withLock { state -> (Bool, Reader?) in
                    guard !Task.isCancelled else { return (true, nil) }
                    if let reader = state.takeReader() { return (false, reader) }
                    state.offered = (piece, writer)
                    return (false, nil)
                }
                if isCancelled { return writer.resume(throwing: CancellationError()) }
                guard let reader else { return }
                reader.resume(returning: piece)
                writer.resume()
            }
        } onCancel: {
            state.withLock { $0.takeOffered() }?.writer.resume(throwing: CancellationError())
        }
    }

    func take() async throws -> ByteBuffer? {
        try await withCheckedThrowingContinuation { (reader: Reader) in
            let (offered, end) = state.withLock { state in
                let offered = state.takeOffered()
                if offered == nil, state.end == nil { state.reader = reader }
                return (offered, state.end)
            }
            if let offered {
                offered.writer.resume()
                reader.resume(returning: offered.piece)
            } else if let end {
                reader.resume(with: end)
            }
        }
    }

    func end(_ error: (any Error)?) {
        let end: Result<ByteBuffer?, any Error> = error.map { .failure($0) } ?? .success(nil)
        let reader = state.withLock { state in
            state.end = end
            return state.takeReader()
        }
        reader?.resume(with: end)
    }
}
