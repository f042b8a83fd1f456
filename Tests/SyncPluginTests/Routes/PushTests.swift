import HTTPTypes
import Kernel
import KernelTesting
import Testing

@Suite("Push")
struct PushTests {
    static let event = "0190ABCD-0000-7000-8000-00000000ABCD"

    @Test("A push whose body is large is stored whole, or refused whole")
    func largeBody() async throws {
        try await SyncServer.run { server in
            let data = "\"\(String(repeating: "x", count: 10_000))\""
            let changes = (0..<40).map { insertion("task-\($0)", data: data) }
            try await server.push(changes.joined(separator: ","))
            #expect(try await server.pull().records == (0..<40).map { "task-\($0)" })

            let body = #"{"changes":[\#((changes + [insertion("")]).joined(separator: ","))]}"#
            #expect(try await server.send(.post, "/sync/todo", body: body).status == .badRequest)
            #expect(try await server.pull().changes.count == 40)
        }
    }

    @Test("An answer to nothing is an empty one with a cursor")
    func empty() async throws {
        try await SyncServer.run { server in
            let answer = try await server.send(.post, "/sync/todo", body: "{}")
            #expect(answer.status == .ok)
            #expect(answer.body.hasPrefix(#"{"serverChanges":[],"conflicts":[],"syncedUntil":""#))
            #expect(answer.body.hasSuffix(#"Z"}"#))
        }
    }

    @Test("What a client pushed comes to every other one, and to one without a name, and never back to itself")
    func ownClient() async throws {
        try await SyncServer.run { server in
            try await server.push(insertion("one"), client: "phone")
            #expect(try await server.pull(client: "phone").changes.isEmpty)
            #expect(try await server.pull(client: "laptop").records == ["one"])
            #expect(try await server.pull().records == ["one"])
            #expect(try await server.push("", client: "phone").changes.isEmpty)
            #expect(try await server.push("", client: "laptop").records == ["one"])
        }
    }

    @Test("A push without a client gets everything but the changes that it pushed")
    func withoutClient() async throws {
        try await SyncServer.run { server in
            let first = try await server.push(insertion("one"))
            #expect(first.changes.isEmpty)
            #expect(try await server.push(insertion("two")).records == ["one"])
            #expect(try await server.pull().records == ["one", "two"])
        }
    }

    @Test(
        "The header X-Client-Id wins over the body's clientId, unless it is empty",
        arguments: [
            ("phone", #""laptop""#, "phone"), ("", #""laptop""#, "laptop"), (nil, #""laptop""#, "laptop"),
            ("phone", "null", "phone"), ("phone", #""""#, "phone"), (nil, #""caf\u00e9""#, "café"),
        ] as [(String?, String, String)])
    func header(header: String?, member: String, owner: String) async throws {
        try await SyncServer.run { server in
            let body = #"{"clientId":\#(member),"changes":[\#(insertion("one"))]}"#
            let answer = try await server.send(.post, "/sync/todo", client: header, body: body)
            #expect(answer.status == .ok)
            for client in ["phone", "laptop", "café"] {
                #expect(try await server.pull(client: client).changes.isEmpty == (client == owner), "\(client)")
            }
        }
    }

    @Test(
        "The same push again stores nothing, with event ids and without", arguments: ["", #","eventId":"\#(event)""#])
    func retry(more: String) async throws {
        try await SyncServer.run { server in
            let first = try await server.push(insertion("one", more), client: "phone")
            let second = try await server.push(
                [insertion("one", more), insertion("two")].joined(separator: ","), client: "phone")
            #expect(first.rejected.isEmpty && second.rejected.isEmpty)
            #expect(try await server.pull().records == ["one", "two"])
            #expect(try await server.metric("mana_sync_changes_pushed_total") == "2")
            #expect(try await server.metric("mana_sync_changes_deduplicated_total") == "1")
        }
    }

    @Test("An event id of another user is answered in rejected, and the rest of the batch is stored")
    func conflict() async throws {
        try await SyncServer.run { server in
            let taken = insertion("mine", #","eventId":"\#(Self.event)""#)
            try await server.push(taken, user: "anna")
            for _ in 0..<2 {
                let answer = try await server.push(
                    [insertion("his"), taken].joined(separator: ","), user: "ben", client: "b")
                #expect(
                    answer.rejected == [
                        #"{"index":1,"eventId":"\#(Self.event.lowercased())","error":"event_conflict","message":"The event id is taken."}"#
                    ])
            }
            #expect(try await server.pull(user: "ben").records == ["his"])
            #expect(try await server.pull(user: "anna").records == ["mine"])
        }
    }

    @Test("Timestamps too far ahead are lowered to the bound, and counted")
    func skew() async throws {
        try await SyncServer.run(sync: "maxFutureSkew: 1m") { server in
            let change = #"""
                {"table":"tasks","id":"one","op":"update","fields":{"a":{"value":1,"updatedAt":"2026-01-01T00:01:00.000001Z"},
                "b":{"value":2,"updatedAt":"2026-01-01T00:01:00+00:00"},"c":{"value":3,"at":"2099-01-01T00:00:00Z"}}},
                {"table":"tasks","id":"two","op":"delete","deletedAt":"9999-12-31T23:59:59Z"}
                """#
            try await server.push(change)
            let changes = try await server.pull().changes
            let bound = "2026-01-01T00:01:00.000000Z"
            #expect(
                changes.first?.contains(
                    #""fields":{"a":{"value":1,"updatedAt":"\#(bound)"},"b":{"value":2,"updatedAt":"2026-01-01T00:01:00+00:00"},"c":{"value":3,"updatedAt":"\#(bound)"}}"#
                ) == true)
            #expect(changes.last?.contains(#""deletedAt":"\#(bound)""#) == true)
            #expect(try await server.metric("mana_sync_timestamps_lowered_total") == "3")
        }
    }

    @Test("plugins.sync.fieldTimestampKey names the timestamps of answers", arguments: ["updatedAt", "at"])
    func timestampKey(key: String) async throws {
        try await SyncServer.run(sync: "fieldTimestampKey: \(key)") { server in
            let fields =
                #"{"a":{"value":1,"updatedAt":"2025-01-01T00:00:00Z"},"b":{"value":2,"at":"2025-01-02T00:00:00Z"}}"#
            try await server.push(#"{"table":"tasks","id":"one","op":"update","fields":\#(fields)}"#, client: "laptop")
            let expected =
                #""fields":{"a":{"value":1,"\#(key)":"2025-01-01T00:00:00Z"},"b":{"value":2,"\#(key)":"2025-01-02T00:00:00Z"}}"#
            #expect(try await server.pull().changes.first?.contains(expected) == true)
            #expect(try await server.push("", client: "phone").changes.first?.contains(expected) == true)
        }
    }

    @Test("Members that the server does not know are passed over")
    func unknownMembers() async throws {
        try await SyncServer.run { server in
            let body = #"{"x":[{}],"changes":[\#(insertion("one", #","y":{"z":1}"#))],"clientid":"phone","":null}"#
            #expect(try await server.send(.post, "/sync/todo", body: body).status == .ok)
            let changes = try await server.pull(client: "phone").changes
            #expect(changes.count == 1 && changes.first?.contains(#""y""#) == false)
        }
    }

    @Test(
        "A payload comes back byte for byte",
        arguments: [
            "9007199254740993", "-0", "1e400", "1.0", #"{"b":1,"a":2,"b":3}"#, #""\u0000""#, #""\ud800""#, #""\/""#,
            #""é\u00e9🙂""#, "null", "[]", #"[1,[2,{"":{}}]]"#, "true", "0.1e-7",
        ])
    func faithful(json: String) async throws {
        try await SyncServer.run { server in
            let field = #"{"f":{"value":\#(json),"updatedAt":"2025-01-01T00:00:00Z"}}"#
            try await server.push(
                #"{"table":"tasks","id":"one","op":"update","data":\#(json),"fields":\#(field),"actor":\#(json),"origin":"o","schemaVersion":0}"#,
                client: "laptop")
            let pulled = try await server.pull().changes
            #expect(try await server.push("", client: "phone").changes == pulled)
            let change = try members(of: try #require(pulled.first).utf8)
            #expect(change?["data"] == json)
            #expect(change?["actor"] == (json == "null" ? nil : json) || change?["actor"] == json)
            #expect(change?["fields"] == field)
            #expect(change?["schemaVersion"] == "1")
            #expect(change?["origin"] == #""o""#)
        }
    }

    @Test("What was delivered is counted")
    func delivered() async throws {
        try await SyncServer.run { server in
            try await server.push([insertion("one"), insertion("two")].joined(separator: ","), client: "laptop")
            _ = try await server.pull()
            try await server.push("", client: "phone")
            #expect(try await server.metric("mana_sync_changes_pulled_total") == "4")
        }
    }
}
