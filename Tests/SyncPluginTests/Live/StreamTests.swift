import Foundation
import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("A stream")
struct StreamTests {
    @Test("answers at once with the headers of Server-Sent Events, and with a heartbeat where there is nothing")
    func head() async throws {
        try await SyncServer.run { server in
            let reader = try await StreamReader(server, "since=2026-01-01T00:00:00Z")
            #expect(reader.answer.headers[.contentType] == "text/event-stream")
            #expect(reader.answer.headers[.cacheControl] == "no-store")
            #expect(reader.answer.headers[HTTPField.Name("X-Accel-Buffering") ?? .accept] == "no")
            let event = try #require(try await reader.next())
            #expect(event.name == "heartbeat" && event.data == "{}")
            await reader.answer.leave()
        }
    }

    @Test("begins with everything after its cursor, page by page, and goes on with what is committed")
    func pagesThenLive() async throws {
        try await SyncServer.run(sync: "pageLimit: 2") { server in
            try await PullTests.fill(server, 5)
            let reader = try await StreamReader(server)
            var hasMore: [String?] = []
            for expected in [["r0", "r1"], ["r2", "r3"], ["r4"]] {
                let event = try #require(try await reader.nextChanges())
                #expect(try event.records == expected)
                hasMore.append(try event.members["hasMore"])
            }
            #expect(hasMore == ["true", "true", "false"])
            try await server.push(insertion("live"), client: "laptop")
            #expect(try await reader.records(1) == ["live"])
            await reader.answer.leave()
        }
    }

    @Test("resumes from the cursor of any of its events, by since or by Last-Event-ID, which wins")
    func resume() async throws {
        try await SyncServer.run(sync: "pageLimit: 2") { server in
            let tables = ["a", "b", "b", "a", "c", "c", "c"]
            try await server.push(
                tables.enumerated().map { insertion("r\($0.offset)", table: $0.element) }.joined(separator: ","),
                client: "laptop")
            let reader = try await StreamReader(server)
            var seen: [String] = []
            while seen.count < tables.count {
                let event = try #require(try await reader.nextChanges())
                seen += try event.records
                let cursor = try #require(event.id)
                #expect(try event.members["syncedUntil"] == "\"\(cursor)\"")
                let rest = (seen.count..<tables.count).map { "r\($0)" }
                let bySince = try await StreamReader(server, "since=\(cursor)")
                #expect(try await bySince.records(rest.count) == rest)
                let byID = try await StreamReader(server, "since=2099-01-01T00:00:00Z", lastEventID: cursor)
                #expect(try await byID.records(rest.count) == rest)
                await bySince.answer.leave()
                await byID.answer.leave()
            }
            #expect(seen == (0..<tables.count).map { "r\($0)" })
            await reader.answer.leave()
        }
    }

    @Test("has only the tables asked for, in one order, and only the user's app")
    func tables() async throws {
        try await SyncServer.run { server in
            let reader = try await StreamReader(server, "collections=a,c")
            for (number, table) in ["a", "b", "c", "a"].enumerated() {
                try await server.push(insertion("r\(number)", table: table))
            }
            try await server.push(insertion("other", table: "a"), app: "notes")
            try await server.push(insertion("foreign", table: "a"), user: "bert")
            try await server.push(insertion("last", table: "c"))
            #expect(try await reader.records(4) == ["r0", "r2", "r3", "last"])
            await reader.answer.leave()
        }
    }

    @Test("leaves out what its own client pushed, named by header or by query", arguments: [true, false])
    func ownClient(byHeader: Bool) async throws {
        try await SyncServer.run { server in
            let reader =
                byHeader
                ? try await StreamReader(server, client: "laptop") : try await StreamReader(server, "clientId=laptop")
            _ = try await reader.next()
            try await server.push(insertion("own"), client: "laptop")
            try await server.push(insertion("other"), client: "phone")
            #expect(try await reader.records(1) == ["other"])
            await reader.answer.leave()
        }
    }

    @Test("of a reader that stopped costs one page; everything comes afterwards, once and in order")
    func slowReader() async throws {
        try await SyncServer.run(sync: "pageLimit: 100") { server in
            let reader = try await StreamReader(server)
            _ = try await reader.next()
            for batch in 0..<20 {
                let changes = (0..<500).map { insertion("r\(batch * 500 + $0)", table: "t\($0 % 3)") }
                try await server.push(changes.joined(separator: ","))
            }
            // The first page was offered when the reader had stopped; all others are read when they are wanted.
            #expect(
                try await server.metric("mana_sync_changes_pulled_total").flatMap { Int($0) } ?? 0 <= 100 + 20 * 100)
            #expect(try await reader.records(10_000) == (0..<10_000).map { "r\($0)" })
            await reader.answer.leave()
        }
    }

    @Test("is missed by nothing that is pushed while it is opened and read")
    func concurrentPushes() async throws {
        try await SyncServer.run(sync: "pageLimit: 3") { server in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        let reader = try await StreamReader(server)
                        let records = try await reader.records(120)
                        await reader.answer.leave()
                        return records
                    }
                }
                for pusher in 0..<4 {
                    for number in 0..<30 { try await server.push(insertion("p\(pusher).\(number)")) }
                }
                let orders = try await group.reduce(into: []) { $0.append($1) }
                #expect(Set(orders[0]).count == 120)
                #expect(orders.allSatisfy { $0 == orders[0] })
            }
        }
    }

    @Test(
        "is refused with what is wrong",
        arguments: [
            ("/sync/todo/stream?since=yesterday", 400, "invalid_cursor"), ("/sync/a%20b/stream", 400, "invalid_app"),
            ("/sync/todo/stream?clientId=\(String(repeating: "x", count: 513))", 400, "invalid_change"),
            ("/sync/todo/stream?clientId=a%00b", 400, "invalid_change"),
        ])
    func refusals(path: String, status: Int, code: String) async throws {
        try await SyncServer.run { server in
            let answer = try await server.send(.get, path)
            #expect(answer.status.code == status)
            #expect(answer.body.contains(#""error":"\#(code)""#))
        }
    }

    @Test("needs a token in the header; one in the query is none")
    func token() async throws {
        try await SyncServer.run { server in
            let token = try server.harness.authorization(of: "anna")[.authorization] ?? ""
            for query in ["", "?token=\(token.dropFirst(7))", "?access_token=\(token.dropFirst(7))"] {
                #expect(try await server.send(.get, "/sync/todo/stream\(query)", user: nil).status == .unauthorized)
            }
        }
    }

    @Test("counts for its user until it is left, also one that is never read")
    func caps() async throws {
        try await SyncServer.run(sync: "maxStreamsPerUser: 2") { server in
            _ = try await server.harness.send(
                .head, "/sync/todo/stream", headers: try server.harness.authorization(of: "anna"))
            let readers = [try await StreamReader(server), try await StreamReader(server)]
            let refused = try await server.send(.get, "/sync/todo/stream")
            #expect(refused.status == .tooManyRequests)
            #expect(refused.headers[.retryAfter] == "30")
            #expect(refused.body.contains("too_many_streams"))
            let other = try await StreamReader(server, user: "bert")
            await readers[0].answer.leave()
            let next = try await StreamReader(server)
            #expect(try await server.metric("mana_sync_users_connected") == "2")
            #expect(try await server.send(.get, "/health").body.contains(#""users":2,"#))
            for reader in [readers[1], other, next] { await reader.answer.leave() }
            #expect(try await server.metric("mana_sync_users_connected") == "0")
        }
    }
}
