import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("Cursors of requests")
struct CursorFormTests {
    /// One instant in the forms that clients may send, with whether the change just after the instant is after the form's own.
    static func forms(of cursor: String) throws -> [String] {
        let time = try #require(UnixTime(rfc3339: cursor))
        let zoneless = cursor.dropLast()
        let east = time.advanced(by: .seconds(19_800)).rfc3339.dropLast()
        let west = time.advanced(by: .seconds(-3 * 3600)).rfc3339.dropLast()
        return [
            cursor, "\(zoneless)z", "\(zoneless)000Z", "\(zoneless)999Z", "\(zoneless)999999999999Z",
            "\(zoneless)+00:00",
            "\(zoneless)-00:00", "\(zoneless)%2B00:00", "\(east)+05:30", "\(west)-03:00",
            cursor.replacing("T", with: "t"), cursor.replacing("T", with: "%20"), cursor.replacing(":", with: "%3A"),
        ]
    }

    @Test("are read in every form of RFC 3339, an offset's + raw or encoded, nanoseconds rounded down")
    func forms() async throws {
        try await SyncServer.run { server in
            let first = try await server.push(insertion("one")).syncedUntil
            try await server.push(insertion("two"))
            for form in try Self.forms(of: first) {
                #expect(try await server.pull(since: form).records == ["two"], "\(form)")
                let decoded = form.replacing("%20", with: " ").replacing("%2B", with: "+").replacing("%3A", with: ":")
                #expect(try await server.push("", client: "phone", since: decoded).records == ["two"], "\(form)")
            }
        }
    }

    @Test("without a fraction, or before 1970, are what they say")
    func early() async throws {
        try await SyncServer.run { server in
            try await server.push(insertion("one"))
            for since in [
                "1970-01-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z",
            ] {
                #expect(try await server.pull(since: since).records == ["one"])
            }
        }
    }

    @Test("are absent, null or empty in a push for the beginning", arguments: ["", #""since":null,"#, #""since":"","#])
    func absent(member: String) async throws {
        try await SyncServer.run { server in
            try await server.push(insertion("one"), client: "laptop")
            let answer = try await server.send(
                .post, "/sync/todo", client: "phone", body: "{\(member)\"changes\":[]}")
            #expect(try SyncAnswer(answer).records == ["one"])
        }
    }

    @Test("ahead of the server's clock count as the clock, which the answer's syncedUntil mends")
    func future() async throws {
        try await SyncServer.run { server in
            let before = try await server.push(insertion("one"), client: "laptop").syncedUntil
            let future = "2099-01-01T00:00:00Z"
            let pulled = try await server.pull(since: future)
            let pushed = try await server.push("", client: "phone", since: future)
            for answer in [pulled, pushed] {
                #expect(answer.changes.isEmpty)
                #expect(answer.syncedUntil >= before && answer.syncedUntil < "2027")
            }
            try await server.push(insertion("two"), client: "laptop")
            #expect(try await server.pull(since: pulled.syncedUntil).records == ["two"])
            #expect(try await server.push("", client: "phone", since: pushed.syncedUntil).records == ["two"])
        }
    }

    @Test("minted by the server have fixed width, and never go back when the wall clock does")
    func minted() async throws {
        try await SyncServer.run { server in
            var last = SyncServer.beginning
            for step in 0..<5 {
                let until = try await server.push(insertion("r\(step)")).syncedUntil
                #expect(until.utf8.count == 27 && until.hasSuffix("Z"))
                #expect(until > last)
                last = until
                server.harness.time.setWallClock(to: server.harness.time.now.advanced(by: .seconds(-3600)))
            }
            #expect(try await server.pull(since: last).changes.isEmpty)
            #expect(try await server.pull(since: last).syncedUntil >= last)
        }
    }
}
