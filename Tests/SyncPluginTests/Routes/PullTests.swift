import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("Pull")
struct PullTests {
    /// Pushes `count` changes in one request.
    static func fill(_ server: SyncServer, _ count: Int, data: String = "{}") async throws {
        try await server.push(
            (0..<count).map { insertion("r\($0)", data: data) }.joined(separator: ","), client: "laptop")
    }

    /// Follows the cursors to the end; the records of each page.
    static func pages(_ server: SyncServer, limit: Int?) async throws -> [[String]] {
        var pages: [[String]] = []
        var since = SyncServer.beginning
        while true {
            let answer = try await server.pull(since: since, limit: limit)
            pages.append(try answer.records)
            #expect(answer.syncedUntil > since)
            since = answer.syncedUntil
            guard answer.hasMore, !answer.changes.isEmpty else { return pages }
        }
    }

    @Test(
        "Pages of any limit are full but for the last, and together are everything once, oldest first",
        arguments: [(1, 3), (7, 3), (7, 14), (7, 20), (1000, 20), (1000, 1000), (1000, 1001), (nil, 1001)])
    func limits(limit: Int?, count: Int) async throws {
        try await SyncServer.run { server in
            try await Self.fill(server, count)
            let pages = try await Self.pages(server, limit: limit)
            #expect(pages.flatMap(\.self) == (0..<count).map { "r\($0)" })
            #expect(pages.dropLast().allSatisfy { $0.count == limit ?? 1000 })
            #expect(pages.last?.isEmpty == false)
        }
    }

    @Test("hasMore is left out on the last page")
    func lastPage() async throws {
        try await SyncServer.run { server in
            try await Self.fill(server, 2)
            let url = "/sync/todo/pull?collection=tasks&since=\(SyncServer.beginning)&limit="
            #expect(try await server.send(.get, url + "1").body.hasSuffix(#","hasMore":true}"#))
            #expect(try await !server.send(.get, url + "2").body.contains("hasMore"))
        }
    }

    @Test(
        "A page has at most plugins.sync.pageBytes of changes, and at least one change",
        arguments: [(300, 2), (5000, 1)])
    func pageBytes(size: Int, most: Int) async throws {
        try await SyncServer.run(sync: "pageBytes: 1KiB") { server in
            try await Self.fill(server, 10, data: "\"\(String(repeating: "x", count: size))\"")
            let pages = try await Self.pages(server, limit: nil)
            #expect(pages.flatMap(\.self) == (0..<10).map { "r\($0)" })
            #expect(pages.allSatisfy { (1...most).contains($0.count) })
        }
    }

    @Test("plugins.sync.pageLimit bounds the limit, the default limit and a push's answer")
    func pageLimit() async throws {
        try await SyncServer.run(sync: "pageLimit: 2") { server in
            try await Self.fill(server, 5)
            #expect(try await Self.pages(server, limit: nil).map(\.count) == [2, 2, 1])
            let answer = try await server.send(
                .get, "/sync/todo/pull?collection=tasks&since=\(SyncServer.beginning)&limit=3")
            #expect(answer.status == .badRequest)
            let push = try await server.push("", client: "phone")
            #expect(try push.records == ["r0", "r1"])
            #expect(push.hasMore)
        }
    }

    @Test(
        "Only the table asked for comes, its name decoded as forms encode it",
        arguments: [
            ("my tasks", "my+tasks"), ("my tasks", "my%20tasks"), ("a+b", "a%2Bb"),
            ("größe&=", "gr%C3%B6%C3%9Fe%26%3D"),
            ("a=b", "a=b"),
        ])
    func tables(name: String, encoded: String) async throws {
        try await SyncServer.run { server in
            try await server.push([insertion("other"), insertion("mine", table: name)].joined(separator: ","))
            #expect(try await server.pull(encoded).records == ["mine"])
        }
    }

    @Test("An answer is JSON that no cache keeps")
    func headers() async throws {
        try await SyncServer.run { server in
            let answer = try await server.send(.get, "/sync/todo/pull?collection=a&since=\(SyncServer.beginning)")
            #expect(answer.headers[.contentType] == "application/json")
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.headers[.requestID] == SyncServer.requestID)
        }
    }
}
