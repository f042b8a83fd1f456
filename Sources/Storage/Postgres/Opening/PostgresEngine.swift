import CoreMetrics
import Domain
import Kernel
import Logging
import PostgresClient
import StorageShared
import Synchronization

/// All that is alive while a store is open.
final class PostgresEngine: Sendable {
    let gate: OperationGate
    let client: PostgresClient
    let role: String?
    let form: TableForm
    let notices: NoticeExchange
    private let config: PostgresStoreConfig
    let time: any TimeSource
    let metrics: StoreMetrics
    private let logger: Logger
    private let purge: ReceiptPurge
    let clock: ChangeClock
    /// See ``erasureKey()``.
    let ledgerKey = Mutex<ErasureKey?>(nil)
    let groups: PushGroups

    private init(
        client: PostgresClient, role: String?, form: TableForm, notices: NoticeExchange, config: PostgresStoreConfig,
        time: any TimeSource, metrics: StoreMetrics, logger: Logger
    ) {
        gate = OperationGate(limit: config.maxOperations)
        self.client = client
        self.role = role
        self.form = form
        self.notices = notices
        self.config = config
        self.time = time
        self.metrics = metrics
        self.logger = logger
        clock = ChangeClock(time: time)
        purge = ReceiptPurge(time: time)
        groups = PushGroups(lanes: min(PushGroups.lanes, config.maxConnections))
    }

    /// Connects, migrates if so configured, finds out as whom to work, and raises the clock.
    static func open(
        _ config: PostgresStoreConfig, migrator: Migrator, time: any TimeSource, metrics: any MetricsFactory,
        board: ChangeNoticeBoard, logger: Logger
    ) async throws(StoreError) -> PostgresEngine {
        let client = try DatabaseAccess.client(config, metrics: metrics, logger: logger)
        do throws(StoreError) {
            try await DatabaseCheck.check(client)
            for setting in try await DatabaseCheck.risks(client) {
                logger.warning("the database may lose acknowledged pushes in a crash", metadata: ["off": "\(setting)"])
            }
            let pending = try migrator.plan.pending(after: try await migrator.applied(client))
            guard config.migrate || pending.isEmpty else {
                throw StoreError(.needsMigration, "The database needs migrations: run `mana-sync db migrate`.")
            }
            guard try await !migrator.takesOver(client) else {
                throw StoreError(
                    .needsMigration,
                    """
                    The database has the table sync_changes of another server. `mana-sync db migrate --dry-run` says what taking it over means, \
                    `mana-sync db migrate` does it.
                    """)
            }
            if !pending.isEmpty { _ = try await migrator.migrate(client) }
            let role = try await WorkingRole.find(client, allowSuperuser: config.allowSuperuser)
            try await ChangeClock.raise(
                client, role: role, now: config.wallClock == .server ? time.now : nil)
            let notices = NoticeExchange(
                client: client, listening: try DatabaseAccess.listening(config), board: board,
                logger: logger)
            await notices.waitForFirstAttempt()
            return PostgresEngine(
                client: client, role: role, form: try await TableForm.find(client), notices: notices, config: config,
                time: time,
                metrics: StoreMetrics(factory: metrics), logger: logger)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Lets what is under way come to its end, then closes everything.
    func close() async {
        await gate.close()
        await notices.stop()
        await client.shutdown()
    }

    /// Reads a page.
    func read<Sink: ChangeSink>(_ query: ChangeQuery, into sink: Sink) async throws(StoreError) -> ChangePage<Sink> {
        let began = ContinuousClock.now
        let (results, _) = try await transaction { [self] () throws(PostgresError) in
            [
                try ScopeState.statement(for: query, role: role),
                try PageShape.statement(for: query, rows: PageShape.rows(for: query), form: form),
            ]
        }
        metrics.readEnded(took: began.duration(to: .now))
        let state = ScopeState(results[0])
        let rows = FetchedRows(
            results[1], asked: PageShape.rows(for: query), leavingOut: OwnChanges())
        return try await page(query, state: state, rows: rows, into: sink)
    }

    /// Forgets expired receipts, if nobody has for a while.
    func purgeReceiptsWhereDue() async {
        guard purge.isDue() else { return }
        do {
            _ = try await client.transaction(try ReceiptPurge.statements(role: role, now: wallClock))
        } catch {
            logger.warning("Expired receipts of pushes could not be forgotten: \(error)")
        }
    }

    /// Reads one value.
    func ping() async throws(StoreError) {
        do throws(PostgresError) {
            _ = try await client.query(PostgresStatement("SELECT last_value FROM sync_change_clock"))
        } catch {
            throw StoreError(error)
        }
    }

    /// What the database is told to be the time; nil for its own.
    var wallClock: UnixTime? { config.wallClock == .server ? time.now : nil }

    /// Runs a transaction, and again a bounded number of times where that may help and cannot double anything.
    ///
    /// - Returns: the results, and whether an attempt whose fate is unknown came before.
    func transaction(
        repeating what: Repetition = .whatDoublesNothing,
        _ statements: @Sendable () throws(PostgresError) -> [PostgresStatement]
    ) async throws(StoreError) -> (results: [PostgresResult], wasUnsure: Bool) {
        var wasUnsure = false
        for attempt in 1... {
            do throws(PostgresError) {
                return (try await client.transaction(try statements()), wasUnsure)
            } catch {
                if error.losesDatabase { clock.databaseWasLost() }
                wasUnsure = wasUnsure || error.isFateUnknown
                guard attempt < 4, error.isWorthRepeating(what), !Task.isCancelled else { throw StoreError(error) }
                metrics.transactionRepeated()
            }
        }
        throw StoreError(.internalFault, "The attempts came to no end.")
    }

    /// Which transactions are sent again.
    enum Repetition {
        /// Those whose repetition does no harm, also where nobody knows whether they took place: the store's own.
        case whatDoublesNothing
        /// Only those that did not take place.
        case whatDidNotHappen
    }

    static func translating<Value>(_ make: () throws(PostgresError) -> Value) throws(StoreError) -> Value {
        do throws(PostgresError) {
            return try make()
        } catch {
            throw StoreError(error)
        }
    }
}

extension PostgresError {
    /// Whether the database may be another one when it comes back.
    var losesDatabase: Bool {
        switch category {
        case .connectionLost, .serverShuttingDown, .tooManyConnections, .readOnly: true
        default: false
        }
    }

    /// Whether the same transaction is worth another attempt at once.
    fileprivate func isWorthRepeating(_ what: PostgresEngine.Repetition) -> Bool {
        guard !foundNoConnection else { return false }
        return switch category {
        case .connectionLost, .serverShuttingDown, .deadlock, .serializationFailure, .stalePlan:
            what == .whatDoublesNothing || !isFateUnknown
        default: false
        }
    }
}
