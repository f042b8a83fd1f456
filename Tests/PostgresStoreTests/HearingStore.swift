import Domain
import KernelTesting
import PostgresClient
import StorageShared
import Synchronization

@testable import PostgresStore

/// Another store over a fixture's database that can be made deaf, and the news that it tells.
final class HearingStore: Sendable {
    let store: PostgresStore
    private let fixture: PostgresStoreFixture
    private let login: String
    private let box = NewsBox()
    private let subscription: ChangeSubscription

    /// Gives `use` a fresh store and another one, which has heard the first one often enough to have a mark.
    static func withStores(_ use: (PostgresStoreFixture, HearingStore) async throws -> Void) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let hearing = try await HearingStore(fixture)
            let outcome: Result<Void, any Error>
            do {
                try await hearing.hearOfEverything()
                try await use(fixture, hearing)
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            try await hearing.close()
            try outcome.get()
        }
    }

    private init(_ fixture: PostgresStoreFixture) async throws {
        self.fixture = fixture
        let login = "hearer_\(fixture.database.name)"
        self.login = login
        try await fixture.database.run("CREATE ROLE \(login) LOGIN PASSWORD 'secret'")
        store = try await fixture.openAnother { $0.listenURL = fixture.database.url(user: login, password: "secret") }
        subscription = store.notices.subscribe { [box] news in box.told.withLock { $0.append(news) } }
    }

    /// What it has told so far.
    var news: [ChangeNews] { box.told.withLock { $0 } }

    /// The notices that it has told so far.
    var notices: [ChangeNotice] {
        news.flatMap { news -> [ChangeNotice] in if case .committed(let notices) = news { notices } else { [] } }
    }

    /// Its mark.
    var place: Int64? { get throws { try Self.hearing(of: store).place } }

    /// Forgets what it has told.
    func forget() { box.told.withLock { $0 = [] } }

    /// Lets time pass until both servers have heard of all that is committed by now, so that only what is later can be looked for.
    func hearOfEverything() async throws {
        let clock = try await fixture.database.run("SELECT \(MissedCommits.clock)").integer(0, 0) ?? 0
        while try place ?? 0 < clock { try await letRoundPass() }
        forget()
    }

    /// Lets time pass until both servers have pinged and heard it.
    func letRoundPass() async throws {
        try await Self.letRoundPass(of: fixture, heardBy: [fixture.store, store])
    }

    /// Lets two servers ping, and waits until those of `stores` have heard their own.
    static func letRoundPass(of fixture: PostgresStoreFixture, heardBy stores: [PostgresStore]) async throws {
        // The first ping of all needs no time to pass. One that is not back when the next is due would be taken for lost.
        for store in stores { try await until { try hearing(of: store).rounds > 0 } }
        let before = try stores.map { try hearing(of: $0).rounds }
        await fixture.time.waitForSleepers(2)
        fixture.time.advance(by: NoticeExchange.pingPace)
        for (index, store) in stores.enumerated() {
            try await until { try hearing(of: store).rounds > before[index] }
        }
    }

    /// Cuts it off from the other's notices, until ``hear()``.
    func becomeDeaf() async throws {
        try await fixture.database.run("ALTER ROLE \(login) NOLOGIN")
        try await until {
            let left = try await fixture.database.run(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '\(login)'")
            return left.integer(0, 0) == 0
        }
    }

    /// Lets it hear again, which it does some moments later.
    func hear() async throws {
        try await fixture.database.run("ALTER ROLE \(login) LOGIN")
    }

    /// Has it take its session for dead.
    func listenAnew() throws { try Self.exchange(of: store).listenAnew() }

    private func close() async throws {
        subscription.cancel()
        await store.stop()
        try await fixture.database.run("DROP ROLE \(login)")
    }

    private static func hearing(of store: PostgresStore) throws -> NoticeHearing { try exchange(of: store).hearing }

    static func exchange(of store: PostgresStore) throws -> NoticeExchange {
        let engine = try store.enter()
        defer { engine.gate.leave() }
        return engine.notices
    }
}

/// News in the order in which they came.
private final class NewsBox: Sendable {
    let told = Mutex<[ChangeNews]>([])
}
