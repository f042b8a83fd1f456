import Domain
import Logging
import PostgresClient
import StorageShared
import Synchronization

/// Hears of other servers' commits by LISTEN and passes the news on. What it may have missed it looks for in the log: only where that is too much, or fails,
/// the listeners hear of a gap (decision 7).
final class NoticeHearing: Sendable {
    /// How often a look-up is tried that the database refuses.
    private static let attempts = 4
    /// For how long one is tried while the database cannot be reached: LISTEN may be back before the other connections are.
    private static let patience = Duration.seconds(30)
    /// How long after a failure the next attempt waits.
    private static let retryPause = Duration.milliseconds(250)

    private let client: PostgresClient
    private let role: String?
    private let board: ChangeNoticeBoard
    private let logger: Logger
    private let sender: NoticeMessage.Sender
    private let firstAttempt = FirstAttempt()
    private let mark = Mutex(NoticeMark())
    private let isAsked = Atomic(false)
    private let ask: @Sendable () -> Void
    private let doubts: AsyncStream<Void>
    private let doubt: AsyncStream<Void>.Continuation

    /// - Parameter ask: called when another server should hear of this one at once: then ``takeQuestion()`` says so.
    init(
        client: PostgresClient, role: String?, board: ChangeNoticeBoard, logger: Logger, sender: NoticeMessage.Sender,
        ask: @escaping @Sendable () -> Void
    ) {
        self.client = client
        self.role = role
        self.board = board
        self.logger = logger
        self.sender = sender
        self.ask = ask
        (doubts, doubt) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Up to where everything was told to this server's listeners; nil where nobody knows.
    var place: Int64? { mark.withLock { $0.place } }

    /// How often an own ping that was sent at the pace has come back.
    var rounds: Int { mark.withLock { $0.rounds } }

    /// Returns when the first attempt to listen has succeeded or failed. After a failure the listeners hear of a gap once it succeeds.
    func waitForFirstAttempt() async {
        await firstAttempt.wait()
    }

    /// Takes what the LISTEN session brings, on the poll thread.
    func receive(_ event: PostgresListenerEvent) {
        switch event {
        case .connected:
            mark.withLock { $0.connected() }
            // Whoever subscribes after the start has nothing to look for: it was listened before.
            if !firstAttempt.end() { doubted() }
        case .reconnected:
            mark.withLock { $0.connected() }
            doubted()
        case .overflowed: doubted()
        case .notification(let notification):
            guard let message = NoticeMessage(text: notification.payload) else { return doubted() }
            if message.sender == sender {
                hearOwn(message.content)
            } else {
                hear(message.content, from: message.sender)
            }
        // The client's log says so.
        case .disconnected, .ended:
            mark.withLock { $0.disconnected() }
            _ = firstAttempt.end()
        }
    }

    private func hear(_ content: NoticeMessage.Content, from sender: NoticeMessage.Sender) {
        switch content {
        case .committed(let notices): board.post(.committed(notices))
        case .grantsChanged(let user): board.post(.grantsChanged(user))
        case .gap(.some(let place)): doubted(behind: place)
        case .gap(nil):
            mark.withLock { $0.doubtedEverything() }
            doubt.yield()
        case .ping(let told):
            guard mark.withLock({ $0.heard(sender, told: told) }) else { return }
            isAsked.store(true, ordering: .relaxed)
            ask()
        case .farewell: mark.withLock { $0.heardFarewell(of: sender) }
        }
    }

    /// What this server said of itself it knows, but that it has come back.
    private func hearOwn(_ content: NoticeMessage.Content) {
        guard case .ping(let told) = content else { return }
        let isFirst = mark.withLock { mark in
            let hadNone = mark.place == nil
            mark.heardEcho(from: sender, told: told)
            return hadNone && mark.place != nil
        }
        doubt.yield()
        if isFirst { logger.info("What other servers commit can be looked for from now on.") }
    }

    /// Whether another server was heard for the first time since this was asked last.
    func takeQuestion() -> Bool { isAsked.exchange(false, ordering: .relaxed) }

    /// The one who asked was not answered.
    func putQuestionBack() { isAsked.store(true, ordering: .relaxed) }

    /// The clock was read.
    func saw(clock: Int64) {
        mark.withLock { $0.saw(clock: clock) }
        doubt.yield()
    }

    /// A ping is about to be sent because it is time.
    func pinged() { mark.withLock { $0.pinged() } }

    /// It was sent.
    func pingWasSent() { mark.withLock { $0.pingWasSent() } }

    /// It could not be sent.
    func pingFailed() { mark.withLock { $0.pingFailed() } }

    /// Whether the session is to be replaced, for what is sent does not come back over it any more.
    func isSessionDead() -> Bool {
        switch mark.withLock({ $0.echo() }) {
        case .heard: return false
        case .lost:
            logger.warning("The connection for other servers' notices brings nothing any more.")
            return true
        case .neverHeard:
            logger.warning(
                "What is sent to the other servers does not come back here: storage.postgres.listenURL has to go past a pooler."
            )
            return false
        }
    }

    private func doubted(behind place: Int64? = nil) {
        mark.withLock { $0.doubted(behind: place) }
        doubt.yield()
    }

    /// Looks for what may have been missed whenever there is something, until ``stop()``. What comes while it looks is one more look-up.
    func lookUpWhereDue() async {
        for await _ in doubts {
            let (due, lastClock) = mark.withLock { ($0.takeDoubt(), $0.lastClock) }
            switch due {
            case nil: break
            case .everything: board.post(.gap)
            case .since(let place): await lookUp(behind: place, lastClock: lastClock)
            }
        }
    }

    /// Has ``lookUpWhereDue()`` return.
    func stop() { doubt.finish() }

    private func lookUp(behind place: Int64, lastClock: Int64) async {
        let began = ContinuousClock.now
        var attempt = 1
        while true {
            do {
                let results = try await client.transaction(try MissedCommits.statements(behind: place, role: role))
                return tell(MissedCommits(results, behind: place, lastClock: lastClock))
            } catch {
                let error = StoreError(any: error)
                let mayPass = error.code == .unavailable && began.duration(to: .now) < Self.patience
                guard mayPass || attempt < Self.attempts, !Task.isCancelled else {
                    logger.warning("What other servers committed could not be looked for: \(error)")
                    return board.post(.gap)
                }
            }
            attempt += 1
            do { try await Task.sleep(for: Self.retryPause) } catch { return }
        }
    }

    private func tell(_ missed: MissedCommits) {
        guard missed.isSameLog else {
            logger.warning("The database's change clock has stepped back: its log is another one than before.")
            return mark.withLock { mark in
                mark.forget()
                doubt.yield()
            }
        }
        for news in missed.news ?? [.gap] { board.post(news) }
    }
}
