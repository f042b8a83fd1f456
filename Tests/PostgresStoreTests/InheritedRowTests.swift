import Domain
import Kernel
import PostgresClient
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Rows of another server, on PostgreSQL")
struct InheritedRowTests {
    /// Rows as another server wrote them have no `members`, and may share a place.
    private static func inherit(
        _ fixture: PostgresStoreFixture, _ operation: Domain.Operation, data: String?, timestamps: String = "{}",
        at place: Int64, id: Int
    ) async throws {
        try await fixture.database.run(
            """
            INSERT INTO sync_changes (id, app_id, table_name, record_id, user_id, op, data, field_timestamps, created_at)
            VALUES ('00000000-0000-0000-0000-00000000000\(id)', 'todo', 'tasks', 'r\(id)', 'anna', '\(operation.rawValue)',
              \(data.map { "'\($0)'" } ?? "NULL"), '\(timestamps)', timestamptz 'epoch' + \(place) * interval '1 microsecond')
            """)
    }

    @Test(
        "Their data is what the change does",
        arguments: [
            (Domain.Operation.insert, #"{"a":1}"# as String?, Payload(data: JSONText(#"{"a":1}"#))),
            (
                .update, #"{"a":1}"#,
                Payload(fields: Payload.Fields(values: JSONText(#"{"a":1}"#), timestamps: JSONText(#"{"a":"t"}"#)))
            ),
            (.delete, #"{"deletedAt":"2024-01-01T00:00:00Z"}"#, Payload(deletedAt: "2024-01-01T00:00:00Z")),
            (.delete, nil, Payload()), (.insert, "null", Payload()), (.update, nil, Payload()),
        ])
    func payload(_ operation: Domain.Operation, data: String?, expected: Payload) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await Self.inherit(fixture, operation, data: data, timestamps: #"{"a":"t"}"#, at: 1, id: 1)
            let row = try #require(try await fixture.log.page().sink.rows.first)
            #expect(row.payload == expected)
            #expect(row.client == "")
            #expect(row.schemaVersion == 1)
        }
    }

    @Test("Rows that share a place come on one page, past its limit if need be")
    func ties() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            for (index, place) in [10, 10, 20, 20, 20, 30].enumerated() {
                try await Self.inherit(fixture, .insert, data: "{}", at: Int64(place), id: index)
            }
            for (limit, expected) in zip(1..., [2, 2, 5, 5, 5, 6]) {
                let page = try await fixture.log.page(limit: limit)
                #expect(page.count == expected)
                #expect(page.hasMore == (expected < 6))
                let all = try await fixture.log.everything(limit: limit)
                #expect(Set(all.map(\.record)).count == 6)
                let merged = try await fixture.log.everything(
                    tables: [TableName("tasks"), TableName("x")], limit: limit)
                #expect(merged.count == 6)
            }
            #expect(try await fixture.log.page(byteLimit: 1).count == 2)
        }
    }

    @Test("A nameless retry of one of them leaves out that one, not those at its place")
    func ownTie() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            for id in 1...3 { try await Self.inherit(fixture, .insert, data: "{}", at: 10, id: id) }
            let again = insert("r2", eventID: EventID(high: 0, low: 2))
            let (outcome, page) = try await fixture.store.storeAndRead(push([again], client: nil))
            #expect(outcome.duplicates == 1)
            #expect(Set(page.records) == ["r1", "r3"])
        }
    }

    @Test(
        "What is pushed stands in the columns in which another server's readers look for it",
        arguments: [
            (Payload(data: JSONText("[1]"), deletedAt: "t"), #"[1]|{}|-|t|5"#),
            (
                Payload(fields: Payload.Fields(values: JSONText(#"{"a":1}"#), timestamps: JSONText(#"{"a":"t"}"#))),
                #"{"a":1}|{"a":"t"}|-|-|2"#
            ),
            (
                Payload(
                    data: JSONText("{}"),
                    fields: Payload.Fields(values: JSONText(#"{"a":1}"#), timestamps: JSONText(#"{"a":"t"}"#))),
                #"{}|{"a":"t"}|{"a":1}|-|3"#
            ),
            (Payload(), "-|{}|-|-|0"),
        ])
    func columns(payload: Payload, expected: String) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.store.store(push([change("r", .delete, payload)]))
            let rows = try await fixture.database.run(
                """
                SELECT coalesce(data::text, '-') || '|' || field_timestamps::text || '|' || coalesce(field_values::text, '-')
                  || '|' || coalesce(deleted_at, '-') || '|' || members FROM sync_changes
                """)
            #expect(rows.string(0, 0) == expected)
        }
    }
}
