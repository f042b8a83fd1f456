import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A small real HTTP server on 127.0.0.1 that stands in for an outside service, and that a test can make slow, broken or absent.
public final class StandInService: Sendable {
    /// A request that came.
    public struct Request: Sendable {
        /// Its method.
        public let method: String
        /// Its target as it was sent, escapes and all.
        public let path: String
        /// Its header fields, names in lower case.
        public let headers: [String: String]
    }

    /// Decides what a request is answered; `number` counts all requests from 0.
    public typealias Script = @Sendable (_ request: Request, _ number: Int) -> StandInAnswer

    fileprivate struct Observer {
        let count: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    fileprivate struct State {
        var script: Script
        var requests: [Request] = []
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var port = 0
        var isHolding = false
        /// Answers that wait for ``StandInService/release()``.
        var held: [@Sendable () -> Void] = []
        var observers: [Observer] = []
    }

    private let state: Mutex<State>

    private init(_ script: @escaping Script) {
        state = Mutex(State(script: script))
    }

    /// Runs `body` beside a service that gives every request the answer of `script`.
    public static func with<Result>(
        script: @escaping Script, _ body: (StandInService) async throws -> Result
    ) async throws -> Result {
        let service = StandInService(script)
        try await service.start()
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(service)) } catch { result = .failure(error) }
        try await service.stop()
        return try result.get()
    }

    /// Runs `body` beside a service that gives every request the same answer.
    public static func with<Result>(
        _ answer: StandInAnswer, _ body: (StandInService) async throws -> Result
    ) async throws -> Result {
        try await with(script: { _, _ in answer }, body)
    }

    /// `http://127.0.0.1:port`, also while the service is absent.
    public var url: String { "http://127.0.0.1:\(state.withLock { $0.port })" }

    /// The requests so far.
    public var requests: [Request] { state.withLock { $0.requests } }

    /// Gives every request from now on this answer.
    public func answer(_ answer: StandInAnswer) {
        state.withLock { $0.script = { _, _ in answer } }
    }

    /// Gives the requests from now on these answers in turn, again and again: a service whose keys rotate, or that is flaky.
    public func answer(inTurn answers: [StandInAnswer]) {
        state.withLock { state in
            let first = state.requests.count
            state.script = { _, number in answers.isEmpty ? .silent : answers[(number - first) % answers.count] }
        }
    }

    /// Takes requests and answers none before ``release()``: a slow service.
    public func hold() {
        state.withLock { $0.isHolding = true }
    }

    /// Answers all requests that were held back, and later ones at once.
    public func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for answer in held { answer() }
    }

    /// Returns once `count` requests have come in all.
    public func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let satisfied = state.withLock { state in
                state.observers.append(Observer(count: count, continuation: continuation))
                return state.takeSatisfiedObservers()
            }
            for observer in satisfied { observer.continuation.resume() }
        }
    }

    /// Listens: on a free port at first, and on the same one again after ``stop()``.
    public func start() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.opened(channel)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(StandInHandler(service: self))
                }
            }
            .bind(host: "127.0.0.1", port: state.withLock { $0.port }).get()
        state.withLock { state in
            state.listener = listener
            state.port = listener.localAddress?.port ?? 0
        }
    }

    /// Goes away: closes the listening socket and every connection, so that new ones are refused.
    public func stop() async throws {
        let (listener, connections) = state.withLock { state in
            defer { state.listener = nil }
            return (state.listener, Array(state.connections.values))
        }
        try await listener?.close()
        // One that has closed by itself meanwhile is closed all the same.
        for connection in connections { try? await connection.close() }
    }

    private func opened(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
        }
    }

    /// A request has come: `respond` gives its answer now, or after ``release()``.
    fileprivate func received(_ request: Request, respond: @escaping @Sendable (StandInAnswer) -> Void) {
        let (answer, satisfied) = state.withLock { state in
            let answer = state.script(request, state.requests.count)
            state.requests.append(request)
            let isHeld = state.isHolding
            if isHeld { state.held.append { respond(answer) } }
            return (isHeld ? nil : answer, state.takeSatisfiedObservers())
        }
        if let answer { respond(answer) }
        for observer in satisfied { observer.continuation.resume() }
    }
}

extension StandInService.State {
    fileprivate mutating func takeSatisfiedObservers() -> [StandInService.Observer] {
        let taken = observers.filter { $0.count <= requests.count }
        observers.removeAll { $0.count <= requests.count }
        return taken
    }
}

/// One connection of a ``StandInService``.
private final class StandInHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let service: StandInService
    private var head: HTTPRequestHead?

    init(service: StandInService) {
        self.service = service
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            let request = StandInService.Request(
                method: head.method.rawValue, path: head.uri,
                headers: Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { "\($0), \($1)" })
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            service.received(request) { answer in
                bound.eventLoop.execute { answer.write(to: bound.value) }
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
