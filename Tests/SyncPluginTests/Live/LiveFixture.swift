import CoreMetrics
import Domain
import HTTPTypes
import HummingbirdCore
import Kernel
import KernelTesting
import Logging
import NIOCore
import Synchronization
import Testing

@testable import SyncPlugin

/// What live connections share, over a log that a test writes, on clocks that stand still.
struct LiveFixture {
    let time = ManualTime(now: arrival)
    let log = ScriptedLog()
    let memory = MemoryLog()
    let live: LiveServices

    static let anna = UserID("anna")
    static let todo = AppID("todo")

    init(
        _ configure: (inout SyncConfig) -> Void = { _ in },
        verify: @escaping @Sendable (BearerToken) async throws(AuthenticationError) -> Principal = {
            (_) throws(AuthenticationError) in
            Principal(userID: "anna", expiresAt: arrival.advanced(by: .seconds(3600)))
        }
    ) {
        var config = SyncConfig()
        configure(&config)
        live = LiveServices(
            config: config, log: log, time: time, metrics: LiveMetrics(factory: NOOPMetricsHandler.instance),
            verify: verify, countDelivered: { _ in })
    }

    /// Opens a stream of Anna's, whose token is good for `lifetime`.
    func stream(lifetime: Duration = .seconds(3600), client: ClientID? = nil) throws -> StreamReader {
        let app = try #require(Self.todo)
        let seat = try #require(live.seats.streamSeat(of: Self.anna))
        let stream = ChangeStream(
            live: live, listener: StreamListener(scope: LiveScope(user: Self.anna, client: client, app: app)),
            seat: seat, query: ChangeQuery(user: Self.anna, client: client, app: app, after: .beginning),
            expiresAt: time.now.advanced(by: lifetime), logger: memory.logger())
        let response = Response(status: .ok, body: ResponseBody { writer in try await stream.write(to: &writer) })
        return StreamReader(OpenAnswer(response))
    }

    /// Adds a change and tells of it, as a store does.
    func commit(_ record: String, table: String = "tasks", client: ClientID? = nil) throws {
        log.add(StoredRow(table: table, record: record))
        live.hub.tell(
            .committed([
                ChangeNotice(
                    author: Self.anna, client: client, app: try #require(Self.todo), tables: [TableName(table)])
            ]))
    }

    /// Moves the clocks on and does what is due, once `alarms` calls wait for their time.
    func advance(by duration: Duration, alarms: Int = 1) async {
        await waitForAlarms(alarms)
        time.advance(by: duration)
        live.timers.callDue()
    }

    /// Returns when so many calls wait for their time: then as many streams have nothing to do.
    func waitForAlarms(_ count: Int = 1) async {
        await until { live.timers.count == count }
    }
}

/// A log in memory, which fails and waits as a test says.
final class ScriptedLog: ChangeLog {
    private struct State {
        var rows: [StoredRow] = []
        var failures: [StoreError.Code] = []
        var reads = 0
        var whenRead: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// How often it was read, failures included.
    var reads: Int { state.withLock { $0.reads } }

    func add(_ row: StoredRow) {
        state.withLock { $0.rows.append(row) }
    }

    /// Has the next reads fail, each with one of `codes`.
    func fail(_ codes: [StoreError.Code]) {
        state.withLock { $0.failures = codes }
    }

    /// Has `action` called once, when a page has been read and is not answered yet.
    func whenRead(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.whenRead = action }
    }

    func read<Sink: ChangeSink>(
        _ query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> ChangePage<Sink> {
        let (failure, rows, action) = state.withLock { state in
            state.reads += 1
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            defer { if failure == nil { state.whenRead = nil } }
            return (failure, state.rows, state.whenRead)
        }
        if let failure { throw StoreError(failure, "as the test says") }
        var sink = sink
        let first = Int(query.after.time.microseconds)
        for (index, row) in rows.enumerated().dropFirst(first) {
            row.append(to: &sink, at: Cursor(UnixTime(microseconds: Int64(index + 1))))
        }
        action?()
        return ChangePage(
            sink: sink, count: rows.count - first, until: Cursor(UnixTime(microseconds: Int64(rows.count))),
            hasMore: false)
    }

    func append<Sink: ChangeSink>(
        _ push: Push, thenReading query: ChangeQuery, into sink: Sink
    ) async throws(StoreError) -> (PushOutcome, ChangePage<Sink>) {
        (PushOutcome(), try await read(query, into: sink))
    }
}
