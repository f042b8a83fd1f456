import Domain
import Foundation
import Kernel
import StoreContracts
import Testing

@testable import SQLiteStore

@Suite("Rows of another server")
struct InheritedRowTests {
    /// Rows as another server wrote them have no `members`, and may share a place.
    private static func inherit(
        _ fixture: SQLiteFixture, _ operation: Domain.Operation, data: String?, timestamps: String = "{}",
        at place: Int64, id: UInt8
    ) throws {
        let connection = try SQLiteConnection(path: fixture.path, for: .writing)
        let insert = try connection.prepare(
            """
            INSERT INTO sync_changes (id, app_id, table_name, record_id, user_id, op, data, field_timestamps, created_at)
            VALUES (?1, 'todo', 'tasks', ?2, 'anna', ?3, ?4, ?5, ?6)
            """)
        try insert.bind(1, high: 0, low: UInt64(id))
        try insert.bind(2, "r\(id)")
        try insert.bind(3, operation.rawValue)
        try insert.bind(4, data)
        try insert.bind(5, timestamps)
        try insert.bind(6, place)
        try insert.run()
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
            (.delete, #"{"x":{"deletedAt":"no"},"deletedAt":"2024\u002d01-01"}"#, Payload(deletedAt: "2024-01-01")),
            (.delete, #"{"deletedAt":"a","deletedAt":"b"}"#, Payload(deletedAt: "b")),
            (.delete, #"{"deletedAt":1}"#, Payload()),
            (.delete, #"{"deletedAt":"\ud800"}"#, Payload()),
            (.delete, "{}", Payload()), (.delete, "{broken", Payload()), (.delete, nil, Payload()),
            (.insert, "null", Payload()), (.insert, nil, Payload()), (.update, "null", Payload()),
        ])
    func payload(_ operation: Domain.Operation, data: String?, expected: Payload) async throws {
        try await SQLiteFixture.withStore { fixture in
            try Self.inherit(fixture, operation, data: data, timestamps: #"{"a":"t"}"#, at: 1, id: 1)
            let row = try #require(try await fixture.log.page().sink.rows.first)
            #expect(row.payload == expected)
            #expect(row.client == "")
            #expect(row.schemaVersion == 1)
        }
    }

    @Test("Rows that share a place come on one page, past its limit if need be", arguments: 1...6)
    func ties(limit: Int) async throws {
        try await SQLiteFixture.withStore { fixture in
            for (index, place) in [10, 10, 20, 20, 20, 30].enumerated() {
                try Self.inherit(fixture, .insert, data: "{}", at: Int64(place), id: UInt8(index))
            }
            let expected = [2, 2, 5, 5, 5, 6][limit - 1]
            let page = try await fixture.log.page(limit: limit)
            #expect(page.count == expected)
            #expect(page.hasMore == (expected < 6))
            #expect(try await fixture.log.everything(limit: limit).map(\.record) == (0..<6).map { "r\($0)" })
            let bytes = try await fixture.log.page(byteLimit: 1)
            #expect(bytes.count == 2)
            let merged = try await fixture.log.everything(tables: [TableName("tasks"), TableName("x")], limit: limit)
            #expect(merged.count == 6)
        }
    }

    @Test("A nameless retry of one of them leaves out that one, not those at its place")
    func ownTie() async throws {
        try await SQLiteFixture.withStore { fixture in
            for id in 1...3 { try Self.inherit(fixture, .insert, data: "{}", at: 10, id: UInt8(id)) }
            let again = insert("r2", eventID: EventID(high: 0, low: 2))
            let (outcome, page) = try await fixture.store.storeAndRead(push([again], client: nil))
            #expect(outcome.duplicates == 1)
            #expect(page.records == ["r1", "r3"])
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
            (Payload(deletedAt: "2024\"\\\u{1}"), #"{"deletedAt":"2024\"\\\u0001"}|{}|-|2024"\"# + "\u{1}|4"),
            (Payload(), "-|{}|-|-|0"),
        ])
    func columns(payload: Payload, expected: String) async throws {
        try await SQLiteFixture.withStore { fixture in
            try await fixture.store.store(push([change("r", .delete, payload)]))
            let connection = try SQLiteConnection(path: fixture.path, for: .inspecting)
            let columns = try connection.texts(
                """
                SELECT ifnull(data, '-') || '|' || field_timestamps || '|' || ifnull(field_values, '-') || '|' ||
                  ifnull(deleted_at, '-') || '|' || members FROM sync_changes
                """)
            #expect(columns == [expected])
        }
    }
}
