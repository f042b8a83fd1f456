import Domain
import NIOCore
import StoreContracts
import Testing

@testable import PostgresStore

@Suite("Rows with much JSON, on PostgreSQL")
struct BulkyRowTests {
    private static func large(_ name: String, bytes: Int) -> PushedChange {
        change(name, .insert, Payload(data: JSONText("\"\(String(repeating: "x", count: bytes - 2))\"")))
    }

    @Test("They come back whole, among small ones and in order", arguments: [4095, 4096, 4097, 100_000, 3_000_000])
    func whole(bytes: Int) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let changes = [insert("a"), Self.large("b", bytes: bytes), insert("c"), Self.large("d", bytes: bytes)]
            try await fixture.log.store(push(changes))
            let rows = try await fixture.log.page(byteLimit: 10 << 20).sink.rows
            #expect(rows.map(\.record) == ["a", "b", "c", "d"])
            #expect(rows.map(\.payload) == changes.map(\.payload))
        }
    }

    @Test("A page ends where its bytes do, and the next goes on", arguments: [1, 9_999, 10_000, 25_000, 1_000_000])
    func pages(byteLimit: Int) async throws {
        try await PostgresStoreFixture.withStore { fixture in
            let changes = (0..<12).map { Self.large("r\($0)", bytes: $0 % 3 == 0 ? 50 : 10_000) }
            for part in [changes[..<5], changes[5...]] { try await fixture.log.store(push(Array(part))) }
            var rows: [StoredChange] = []
            var after = Cursor.beginning
            while true {
                let page = try await fixture.log.page(after: after, byteLimit: byteLimit)
                #expect(page.sink.writtenBytes <= max(byteLimit, 10_100))
                rows += page.sink.rows
                after = page.until
                guard page.hasMore else { break }
                try #require(page.count > 0)
            }
            #expect(rows.map(\.record) == changes.map(\.record.text))
            #expect(rows.map(\.payload) == changes.map(\.payload))
        }
    }

    @Test("A push's own ones are left out for a client without a name, and the others come")
    func own() async throws {
        try await PostgresStoreFixture.withStore { fixture in
            try await fixture.log.store(push([Self.large("a", bytes: 9000)]))
            let (_, page) = try await fixture.log.storeAndRead(
                push([Self.large("b", bytes: 9000), Self.large("c", bytes: 9000)], client: nil))
            #expect(page.records == ["a"])
            #expect(!page.hasMore)
        }
    }
}
