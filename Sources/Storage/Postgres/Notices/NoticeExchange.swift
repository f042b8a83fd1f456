import Domain
import Kernel
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
    /// How often the others hear that all is told of, and this server that it hears them.
    static let pingPace = Duration.seconds(30)
    /// How often at first, until there is a mark.
    static let firstPingPace = Duration.seconds(5)

    private let client: PostgresClient
    private let place: PostgresConfiguration?
    private let board: ChangeNoticeBoard
    private let logger: Logger
    private let time: any TimeSource
    /// Tells this server's messages from the others'.
    private let sender = NoticeMessage.Sender.random()
    let hearing: NoticeHearing
    private let waiting = Mutex(NoticeBatch())
    private let turns = Mutex(OperationTurns())
    /// Up to where the others were told of everything.
    private let told = Mutex<Int64?>(nil)
    private let isPingDue = Atomic(false)
    private let wakeUps: AsyncStream<Void>.Continuation
    private let listener: Mutex<PostgresListener>
    /// Sends what waits, pings, and looks for what was missed. They are no children of anybody, for they live from the store's start to its stop, which ends them.
    private let tasks = Mutex<(sending: Task<Void, Never>, pinging: Task<Void, Never>, looking: Task<Void, Never>)?>(
        nil)

    init(
        client: PostgresClient, role: String?, listening other: PostgresConfiguration?, board: ChangeNoticeBoard,
        time: any TimeSource, logger: Logger
    ) {
        self.client = client
        place = other
        self.board = board
        self.time = time
        self.logger = logger
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        wakeUps = continuation
        let hearing = NoticeHearing(
            client: client, role: role, board: board, logger: logger, sender: sender, ask: { continuation.yield() })
        self.hearing = hearing
        listener = Mutex(client.listen(to: [NoticeMessage.channel], at: other) { hearing.receive($0) })
        let sending = Task { [weak self] in
            for await _ in stream { await self?.send() }
        }
        let pinging = Task { [weak self] in
            await hearing.waitForFirstAttempt()
            await self?.pingInTurn()
        }
        let looking = Task { await hearing.lookUpWhereDue() }
        tasks.withLock { $0 = (sending, pinging, looking) }
    }

    /// Returns when the first attempt to listen has succeeded or failed. After a failure the listeners hear of a gap once it succeeds.
    func waitForFirstAttempt() async {
        await hearing.waitForFirstAttempt()
    }

    /// Runs an operation that may post notices. Until it has ended, nobody takes what it commits for told.
    func during<Value, Failure: Error>(
        _ operation: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let turn = turns.withLock { $0.begin() }
        defer { turns.withLock { $0.end(turn) } }
        return try await operation()
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
        let tasks = tasks.withLock { $0.take() }
        tasks?.pinging.cancel()
        await tasks?.pinging.value
        wakeUps.finish()
        await tasks?.sending.value
        await sayFarewell()
        listener.withLock { $0.stop() }
        hearing.stop()
        tasks?.looking.cancel()
        await tasks?.looking.value
    }

    private func pingInTurn() async {
        for number in 1... {
            if hearing.isSessionDead() { listenAnew() }
            isPingDue.store(true, ordering: .relaxed)
            wakeUps.yield()
            do {
                try await time.sleep(for: number < NoticeMark.firstRound ? Self.firstPingPace : Self.pingPace)
            } catch {
                return
            }
        }
    }

    /// Replaces the session. What was sent in between is looked for.
    func listenAnew() {
        listener.withLock { listener in
            listener.stop()
            listener = client.listen(to: [NoticeMessage.channel], at: place) { [hearing] in hearing.receive($0) }
        }
    }

    private func send() async {
        let wasDue = isPingDue.exchange(false, ordering: .relaxed)
        let isAsked = hearing.takeQuestion()
        let pings = isAsked || wasDue ? await readClock() : false
        if isAsked, !pings { hearing.putQuestionBack() }
        // What is posted up to there is in the batch, or was sent before.
        let posted = turns.withLock { $0.posted }
        let batch = waiting.withLock { batch in
            defer { batch = NoticeBatch() }
            return batch
        }
        var payloads = batch.payloads(from: sender, told: told.withLock { $0 })
        if pings, let posted {
            payloads.append(NoticeMessage(sender: sender, content: .ping(told: posted)).text)
            if wasDue { hearing.pinged() }
        }
        guard !payloads.isEmpty else { return }
        do {
            _ = try await client.query(try Self.statement(payloads))
            told.withLock { $0 = posted }
            if pings, wasDue { hearing.pingWasSent() }
            try await Task.sleep(for: Self.pause)
        } catch {
            logOutage("Other servers could not be told of commits", error)
            if pings { hearing.pingFailed() }
            if isAsked { hearing.putQuestionBack() }
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

    /// Closes the turn of the operations under way; false where the clock cannot be read now.
    private func readClock() async -> Bool {
        do {
            let result = try await client.query(PostgresStatement("SELECT \(MissedCommits.clock)"))
            guard let clock = result.integer(0, 0) else { return false }
            turns.withLock { $0.close(at: clock) }
            hearing.saw(clock: clock)
            return true
        } catch {
            logOutage("The change clock could not be read for the other servers", error)
            return false
        }
    }

    /// Says that everything was told, if it was. Who does not hear it looks for what there may have been, some time later.
    private func sayFarewell() async {
        guard waiting.withLock({ $0.isEmpty }) else { return }
        do {
            _ = try await client.query(
                try Self.statement([NoticeMessage(sender: sender, content: .farewell).text]))
        } catch {
            logOutage("The other servers could not be told that this one goes", error)
        }
    }

    private func logOutage(_ what: String, _ error: any Error) {
        let error = StoreError(any: error)
        // Of outages the client's log tells, and once.
        logger.log(level: error.code == .unavailable ? .debug : .warning, "\(what): \(error)")
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
