import CPostgres
import NIOCore

/// One connection in pipeline mode: what was sent on it and not answered yet, in order. It belongs to the poll thread.
final class PipelinedConnection {
    /// What came of some input.
    struct Outcome {
        /// Requests that came to nothing through no fault of their own: to be sent again, in this order, elsewhere or here.
        var repeats: [PendingRequest] = []
        var notifications: [PostgresNotification] = []
        /// Why the connection is of no use any more. Everything on it is answered or in `repeats`.
        var loss: PostgresError?
    }

    let id: Int
    let socket: Int32
    let handle: ConnectionHandle
    let usesPreparedStatements: Bool
    var prepared: PreparedStatements
    var inFlight = CircularBuffer<InFlight>(initialCapacity: 32)
    /// How many of those in flight are requests of the caller's.
    var load = 0
    /// Whether libpq has output that the socket did not take.
    private(set) var isFlushPending = false
    /// The end that the server announced with FATAL.
    var end: PostgresError?
    /// How many cancels are on their way to the server.
    private var cancelsUnderWay = 0
    /// When the cancelled request that is running must have ended.
    private(set) var cancelDeadline: ContinuousClock.Instant?
    /// Whether the server stopped taking writes: better to connect anew, which may lead to another server.
    var isOutdated = false

    init(id: Int, handle: ConnectionHandle, options: PostgresClientOptions) {
        self.id = id
        self.handle = handle
        socket = handle.socket
        usesPreparedStatements = options.preparedStatements == .auto
        prepared = PreparedStatements(limit: options.maxPreparedStatements)
    }

    /// Whether a further request could neither be hit by a cancel nor meet a connection on its way out.
    var takesRequests: Bool { cancelsUnderWay == 0 && cancelDeadline == nil && end == nil && !isOutdated }

    /// Sends what libpq has in its buffer, as far as the socket takes it. A failure shows with the next input.
    func flush() {
        isFlushPending = PQflush(handle.pointer) == 1
    }

    /// Takes what the server sent, and answers what that completes.
    func receive() -> Outcome {
        var outcome = Outcome()
        if isFlushPending { flush() }
        let isOpen = PQconsumeInput(handle.pointer) == 1
        drain(into: &outcome)
        while let notify = PQnotifies(handle.pointer) {
            outcome.notifications.append(PostgresNotification(notify.pointee))
            PQfreemem(notify)
        }
        if end != nil || !isOpen || handle.isBroken {
            lose(because: end ?? .connectionLost, into: &outcome)
        }
        return outcome
    }

    /// Gives the connection up.
    func abandon(because error: PostgresError) -> Outcome {
        var outcome = Outcome()
        lose(because: error, into: &outcome)
        return outcome
    }

    // MARK: Cancelling

    /// Notes that a request was cancelled; whether it is on this connection.
    func markCancelled(_ id: UInt64) -> Bool {
        guard let index = inFlight.firstIndex(where: { $0.request?.id == id }) else { return false }
        inFlight[index].isCancelled = true
        return true
    }

    /// What is to be sent to the server now, because the request that it runs was cancelled.
    ///
    /// Requests behind it may be hit in its place, if it ends at this moment.
    func cancelToSend(grace: Duration) -> CancelHandle? {
        guard let head = inFlight.first, head.isCancelled, !head.wasCancelSent,
            let cancel = CancelHandle(handle)
        else { return nil }
        for index in inFlight.indices { inFlight[index].isExposed = true }
        inFlight[inFlight.startIndex].wasCancelSent = true
        cancelsUnderWay += 1
        cancelDeadline = .now + grace
        return cancel
    }

    /// A cancel has reached the server, or could not.
    func cancelWasDelivered() {
        cancelsUnderWay -= 1
    }

    /// The running request has ended.
    func headHasEnded(_ head: InFlight) {
        if head.wasCancelSent { cancelDeadline = nil }
    }
}
