import Domain
import Logging
import PostgresClient
import StorageShared
import Synchronization

/// Tells this server's listeners of its own commits at once, and those of other servers by NOTIFY: outside of any push's transaction, which
/// would make commits wait for one another over the whole database.
final class NoticeExchange: Sendable {
    /// How long after a message the next one gathers.
    private static let pause = Duration.milliseconds(3)
    /// How long after a failure the next attempt waits.
    private static let retryPause = Duration.milliseconds(250)

    private let client: PostgresClient
    private let board: ChangeNoticeBoard
    private let logger: Logger
    /// Tells this server's messages from the others'.
    private let sender = NoticeMessage.Sender.random()
    private let waiting = Mutex(NoticeBatch())
    private let wakeUps: AsyncStream<Void>.Continuation
    private let listener: PostgresListener
    private let firstAttempt = FirstAttempt()
    /// Sends what waits. It is no child of anybody, for it lives from the store's start to its stop, which ends it.
    private let sending: Mutex<Task<Void, Never>?>

    init(
        client: PostgresClient, listening other: PostgresConfiguration?, board: ChangeNoticeBoard, logger: Logger
    ) {
        self.client = client
        self.board = board
        self.logger = logger
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wakeUps = continuation
        listener = client.listen(to: [NoticeMessage.channel], at: other) { [sender, firstAttempt] event in
            switch event {
            case .connected:
                // Whoever subscribes after the start has nothing to look for: it was listened before.
                if !firstAttempt.end() { board.post(.gap) }
            case .reconnected, .overflowed: board.post(.gap)
            case .notification(let notification):
                guard let message = NoticeMessage(text: notification.payload) else { return board.post(.gap) }
                if message.sender != sender { board.post(message.news) }
            // The client's log says so.
            case .disconnected, .ended: _ = firstAttempt.end()
            }
        }
        sending = Mutex(nil)
        let task = Task { [weak self] in
            for await _ in stream { await self?.send() }
        }
        sending.withLock { $0 = task }
    }

    /// Returns when the first attempt to listen has succeeded or failed. After a failure the listeners hear of a gap once it succeeds.
    func waitForFirstAttempt() async {
        await firstAttempt.wait()
    }

    /// Tells of a push that was committed.
    func post(_ notices: [ChangeNotice]) {
        guard !notices.isEmpty else { return }
        board.post(.committed(notices))
        waiting.withLock { $0.add(notices) }
        wakeUps.yield()
    }

    /// Tells that a user's grants have changed.
    func post(grantsOf user: UserID) {
        board.post(.grantsChanged(user))
        waiting.withLock { $0.add(grantsOf: user) }
        wakeUps.yield()
    }

    /// Sends what waits, and ends. Nothing may be posted any more.
    func stop() async {
        wakeUps.finish()
        let task = sending.withLock { $0.take() }
        await task?.value
        listener.stop()
    }

    private func send() async {
        let batch = waiting.withLock { batch in
            defer { batch = NoticeBatch() }
            return batch
        }
        let payloads = batch.payloads(from: sender)
        guard !payloads.isEmpty else { return }
        do {
            _ = try await client.query(try Self.statement(payloads))
            try await Task.sleep(for: Self.pause)
        } catch {
            let error = StoreError(any: error)
            // Of outages the client's log tells, and once.
            logger.log(
                level: error.code == .unavailable ? .debug : .warning,
                "Other servers could not be told of commits: \(error)")
            // What is lost now, they are told as soon as they can be: that they have to look.
            waiting.withLock { $0.overflow() }
            do {
                try await Task.sleep(for: Self.retryPause)
            } catch {
                return
            }
            wakeUps.yield()
        }
    }

    private static func statement(_ payloads: [String]) throws(PostgresError) -> PostgresStatement {
        var texts = try PostgresArray(of: .text)
        for payload in payloads { try texts.append(payload) }
        var parameters = PostgresParameters()
        parameters.append(texts)
        return PostgresStatement(
            "SELECT pg_notify('\(NoticeMessage.channel)', payload) FROM unnest($1) AS payload", parameters)
    }
}

/// The first attempt to listen, which the store's start waits for.
private final class FirstAttempt: Sendable {
    private let isUnderWay = Mutex(true)
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    }

    /// Ends the wait; false if it had ended before.
    func end() -> Bool {
        continuation.finish()
        return isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = false }
            return isUnderWay
        }
    }

    func wait() async {
        for await _ in stream {}
    }
}
