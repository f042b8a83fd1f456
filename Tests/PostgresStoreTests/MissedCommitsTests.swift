import Domain
import KernelTesting
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("What a server missed while it did not hear the others, on PostgreSQL")
struct MissedCommitsTests {
    private static let family = SpaceID("family")

    @Test("What was pushed meanwhile is told of once it hears again, and nothing else")
    func pushes() async throws {
        try await HearingStore.withStores { fixture, hearing in
            try await fixture.store.store(push([insert("before", table: "old")], user: UserID("bert")))
            try await hearing.hearOfEverything()
            try await hearing.becomeDeaf()
            var shared = insert("s", table: "täble, 1:2")
            shared.space = Self.family
            try await fixture.store.store(push([insert("a"), insert("b", table: "notes"), insert("c"), shared]))
            try await fixture.store.store(push([insert("d")], user: UserID("cleo"), client: nil))
            #expect(hearing.news.isEmpty)
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            let todo = try #require(AppID("todo"))
            let (anna, phone) = (UserID("anna"), ClientID("phone"))
            #expect(
                Set(hearing.notices) == [
                    ChangeNotice(
                        author: anna, client: phone, app: todo, tables: [TableName("tasks"), TableName("notes")]),
                    ChangeNotice(
                        author: anna, client: phone, app: todo, space: Self.family, tables: [TableName("täble, 1:2")]),
                    ChangeNotice(author: UserID("cleo"), client: nil, app: todo, tables: [TableName("tasks")]),
                ])
            hearing.forget()
            try await fixture.store.store(push([insert("after")], user: UserID("dora")))
            await until { !hearing.news.isEmpty }
            #expect(hearing.notices.map(\.author) == [UserID("dora")])
            #expect(!hearing.news.contains(.gap))
        }
    }

    @Test(
        "Whose grants were made and ended meanwhile is told of",
        arguments: [[:], [SpaceID("family"): SpaceAccess.readWrite]])
    func grants(spaces: [SpaceID: SpaceAccess]) async throws {
        try await HearingStore.withStores { fixture, hearing in
            let bert = UserID("bert")
            try await fixture.store.grant(
                [SpaceID("club"): .readWrite, SpaceID("choir"): .readOnly], to: bert, askedBefore: .zero)
            try await fixture.store.store(push([insert("a")]))
            try await hearing.hearOfEverything()
            try await hearing.becomeDeaf()
            try await fixture.store.grant(
                spaces.merging([SpaceID("club"): .readWrite]) { own, _ in own }, to: bert, askedBefore: .zero)
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            #expect(hearing.news == [.grantsChanged(bert)])
        }
    }

    @Test("Too many rows or too many tables are a gap", arguments: [(100_001, 1), (4097, 4097)])
    func tooMuch(rows: Int, tables: Int) async throws {
        try await HearingStore.withStores { fixture, hearing in
            try await hearing.becomeDeaf()
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, created_at)
                SELECT 'todo', 't' || i % \(tables), 'r' || i, 'anna', 'insert',
                  timestamptz 'epoch' + nextval('sync_change_clock') * interval '1 microsecond'
                FROM generate_series(1, \(rows)) AS i
                """)
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            #expect(hearing.news == [.gap])
        }
    }

    @Test("A look-up that fails is a gap")
    func failing() async throws {
        try await HearingStore.withStores { fixture, hearing in
            try await hearing.becomeDeaf()
            try await fixture.database.run("ALTER TABLE sync_changes RENAME TO hidden")
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            #expect(hearing.news == [.gap])
            try await fixture.database.run("ALTER TABLE hidden RENAME TO sync_changes")
        }
    }

    @Test("An erasure, whose grants are gone, and a clock that stepped back, as another log's has, are gaps")
    func unknowable() async throws {
        try await HearingStore.withStores { fixture, hearing in
            try await fixture.store.store(push([insert("a")]))
            try await hearing.hearOfEverything()
            try await hearing.becomeDeaf()
            _ = try await fixture.store.erase(UserID("anna"))
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            #expect(hearing.news == [.gap])
            try await hearing.hearOfEverything()
            try await hearing.becomeDeaf()
            try await fixture.database.run("SELECT setval('sync_change_clock', 1000)")
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            #expect(hearing.news == [.gap])
        }
    }

    @Test("What another server could not tell, and what nobody can read, is looked for; a gap without a place is a gap")
    func othersGaps() async throws {
        try await HearingStore.withStores { fixture, hearing in
            let start = try await fixture.database.run("SELECT \(MissedCommits.clock)").integer(0, 0) ?? 0
            try await fixture.store.store(push([insert("a")]))
            try await hearing.hearOfEverything()
            for (message, expected) in [("1 x gap \(start)", 1), ("1 x gap \(Int64.max)", 0), ("1 x riddle", 0)] {
                hearing.forget()
                try await say(message, in: fixture)
                try await say("1 x grants 3:end,", in: fixture)
                await until {
                    hearing.notices.count >= expected && hearing.news.contains(.grantsChanged(UserID("end")))
                }
                #expect(hearing.notices.count == expected)
                #expect(!hearing.news.contains(.gap))
            }
            try await say("1 x gap ", in: fixture)
            await until { hearing.news.contains(.gap) }
        }
    }

    @Test("What a server committed and did not live to tell is told of by those that miss it")
    func killed() async throws {
        try await HearingStore.withStores { fixture, hearing in
            let clock = try await fixture.database.run("SELECT \(MissedCommits.clock)").integer(0, 0) ?? 0
            try await say("1 ghost ping \(clock)", in: fixture)
            try await fixture.database.run(Self.insertion)
            while hearing.notices.isEmpty { try await hearing.letRoundPass() }
            #expect(hearing.notices.map(\.author) == [UserID("anna")])
            #expect(!hearing.news.contains(.gap))
        }
    }

    @Test("A push that takes long holds the mark back: later ones, of which the others were told, do not hide it")
    func longPush() async throws {
        try await HearingStore.withStores { fixture, hearing in
            let clock = try await fixture.database.run("SELECT \(MissedCommits.clock)").integer(0, 0) ?? 0
            try await PostgresStoreFixture.withClient(at: fixture.database.url) { client in
                try await HearingStore.exchange(of: fixture.store).during {
                    try await client.withSession { session in
                        try await session.transaction {
                            _ = try await session.query(PostgresStatement(Self.insertion, isPrepared: false))
                            for user in 0..<4 {
                                try await fixture.store.store(push([insert("quick")], user: UserID("u\(user)")))
                                try await hearing.letRoundPass()
                            }
                            #expect(try hearing.place ?? .max <= clock)
                            try await hearing.becomeDeaf()
                            hearing.forget()
                        }
                    }
                }
            }
            try await hearing.hear()
            await until { !hearing.news.isEmpty }
            #expect(hearing.notices.contains { $0.author == UserID("anna") })
            #expect(!hearing.news.contains(.gap))
        }
    }

    /// A row of anna's at the next place.
    private static let insertion = """
        INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, created_at)
        VALUES ('todo', 'tasks', 'r', 'anna', 'insert',
          timestamptz 'epoch' + nextval('sync_change_clock') * interval '1 microsecond')
        """

    @Test("A server that takes its session for dead listens anew and looks for what it missed")
    func deadSession() async throws {
        try await HearingStore.withStores { fixture, hearing in
            try await hearing.becomeDeaf()
            try await fixture.store.store(push([insert("a")]))
            try hearing.listenAnew()
            try await hearing.hear()
            await until { !hearing.notices.isEmpty }
            #expect(!hearing.news.contains(.gap))
            hearing.forget()
            try await fixture.store.store(push([insert("b")]))
            await until { !hearing.news.isEmpty }
            #expect(hearing.notices.count == 1)
        }
    }

    @Test(
        "A server whose notices do not come back, as behind a pooler, says so once", .enabled(if: PgBouncer.isInstalled)
    )
    func behindPooler() async throws {
        let pooler = try await PgBouncer.shared()
        try await PostgresStoreFixture.withStore { fixture in
            let other = try await fixture.openAnother { $0.listenURL = pooler.url(of: fixture.database) }
            let said = { fixture.lines.lines.filter { $0.message.contains("listenURL") }.count }
            while said() == 0 { try await HearingStore.letRoundPass(of: fixture, heardBy: [fixture.store]) }
            for _ in 0..<2 { try await HearingStore.letRoundPass(of: fixture, heardBy: [fixture.store]) }
            await other.stop()
            #expect(said() == 1)
        }
    }

    private func say(_ message: String, in fixture: PostgresStoreFixture) async throws {
        try await fixture.database.run("SELECT pg_notify('\(NoticeMessage.channel)', '\(message)')")
    }

    @Test("The look-up reads the last rows and grants, and no table as a whole", arguments: [false, true])
    func plans(analyzed: Bool) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.database.run(
                """
                INSERT INTO sync_changes (app_id, table_name, record_id, user_id, op, created_at)
                SELECT 'todo', 't' || i % 3, 'r' || i, 'u' || i % 100, 'insert',
                  timestamptz 'epoch' + i * interval '1 microsecond'
                FROM generate_series(1, 50000) AS i
                """,
                """
                INSERT INTO sync_space_grants (user_id, space_id, lock_key, joined_at, inherited_to, ended_at)
                SELECT 'u' || i, 's', 1, timestamptz 'epoch' + i * interval '1 microsecond', 'epoch',
                  CASE WHEN i % 3 = 0 THEN timestamptz 'epoch' + (i + 5) * interval '1 microsecond' END
                FROM generate_series(1, 20000) AS i
                """, "SELECT brin_summarize_new_values('sync_changes_by_time')")
            if analyzed { try await fixture.database.run("ANALYZE sync_changes, sync_space_grants") }
            let questions = [
                (MissedCommits.changes(49_900), ["sync_changes_by_time"]),
                (MissedCommits.grants(19_990), ["sync_space_grants_by_join", "sync_space_grants_by_end"]),
            ]
            for (sql, indexes) in questions {
                let rows = try await fixture.database.run(
                    "SELECT sync_enter('\(WorkingRole.name)', '', 'on', '5s', '30s')", MissedCommits.settings(49_900),
                    "EXPLAIN \(sql)")
                let plan = (0..<rows.rowCount).compactMap { rows.string($0, 0) }
                let searches = plan.filter { $0.contains("Index Scan") }
                #expect(searches.count == indexes.count, "\(plan)")
                #expect(indexes.allSatisfy { index in searches.contains { $0.contains(index) } }, "\(plan)")
                #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
            }
        }
    }
}
