import Kernel
import KernelTesting
import Testing

@Suite("Who sees and who may write")
struct SharingTests {
    @Test("Members see what others write into their spaces; nobody else does")
    func sharing() async throws {
        try await SharedServer.run(["anna": ["family:admin"], "bert": ["family:member", "work:owner"]]) { server in
            let pushed = try await server.push(
                insertion("shared", "family"), insertion("own"), user: "anna", client: "phone")
            #expect(pushed.rejected == [])
            #expect(try await server.pull(user: "bert").records == ["shared"])
            #expect(try await server.pull(user: "carl").records == [])
            #expect(try await server.push(insertion("reply", "family"), user: "bert").records == ["shared"])
            #expect(try await server.pull(user: "anna", since: pushed.syncedUntil).records == ["reply"])
        }
    }

    static let refusals: [(user: String, space: String, rejected: [String])] = [
        ("anna", "family", []), ("anna", "_personal:anna", []), ("anna", "work", ["1 not_a_member"]),
        ("anna", "_personal:bert", ["1 not_a_member"]), ("bert", "family", ["1 read_only"]),
        ("guest", "family", ["1 read_only"]), ("both", "family", []), ("carl", "family", ["1 not_a_member"]),
        ("capital", "family", ["1 read_only"]), ("thief", "_personal:bert", ["1 not_a_member"]),
        ("carl", "_personal:carl", []), ("carl", "_personal:", ["1 not_a_member"]),
    ]

    @Test(
        "A change that its user may not make is rejected with its reason, and the rest is stored", arguments: refusals)
    func refused(user: String, space: String, rejected: [String]) async throws {
        let members = [
            "anna": ["family:admin", "_personal;bert:owner"], "bert": ["family:viewer"], "guest": ["family:guest"],
            "both": ["family:guest", "family:member"], "capital": ["family:Viewer"], "thief": ["_personal;bert:owner"],
        ]
        try await SharedServer.run(members) { server in
            let id = "0190b3c0-1111-7000-8000-0000000000aa"
            let answer = try await server.push(
                insertion("before"), insertion("it", space, eventID: id), insertion("after"), user: user)
            #expect(answer.status == 200)
            #expect(answer.rejected == rejected)
            let stored = rejected.isEmpty ? ["before", "it", "after"] : ["before", "after"]
            #expect(try await server.pull(user: user).records == stored)
            if !rejected.isEmpty {
                #expect(answer.body.contains(#""eventId":"\#(id)""#))
                let reason =
                    rejected[0].contains("read_only")
                    ? "Your role in the space may only read." : "You are not a member of the space."
                #expect(answer.body.contains(#""message":"\#(reason)"}"#))
            }
        }
    }

    @Test("Which roles may only read is configured")
    func roles() async throws {
        try await SharedServer.run(
            ["anna": ["family:child"], "bert": ["family:viewer"]], section: "readOnlyRoles: [Child]"
        ) { server in
            let child = try await server.push(insertion("a", "family"), user: "anna")
            #expect(child.rejected == ["0 read_only"])
            #expect(try await server.push(insertion("b", "family"), user: "bert").rejected == [])
            #expect(try await server.pull(user: "anna").records == ["b"])
        }
    }

    @Test("The event id of another member's change is a conflict, also within one space")
    func eventConflict() async throws {
        try await SharedServer.run(["anna": ["family:admin"], "bert": ["family:admin"]]) { server in
            let id = "0190b3c0-1111-7000-8000-0000000000aa"
            try await server.push(insertion("a", "family", eventID: id), user: "anna")
            let answer = try await server.push(insertion("b", "family", eventID: id), user: "bert")
            #expect(answer.rejected == ["0 event_conflict"])
            #expect(answer.records == ["a"])
        }
    }

    @Test("A cached answer allows; before it refuses, the service is asked afresh")
    func freshBeforeRejection() async throws {
        try await SharedServer.run(["anna": ["family:admin"]]) { server in
            let first = try await server.pull(user: "anna")
            #expect(first.records == [])
            #expect(server.auth.requests.count == 1)
            #expect(try await server.push(insertion("a", "family"), user: "anna").rejected == [])
            #expect(server.auth.requests.count == 1)
            server.memberships["anna"] = ["family:admin", "work:member"]
            #expect(try await server.push(insertion("b", "work"), user: "anna").rejected == [])
            #expect(server.auth.requests.count == 2)
            server.memberships["anna"] = []
            #expect(try await server.push(insertion("c", "family"), user: "anna").rejected == [])
            #expect(try await server.push(insertion("d", "other"), user: "anna").rejected == ["0 not_a_member"])
            #expect(try await server.push(insertion("e", "family"), user: "anna").rejected == ["0 not_a_member"])
        }
    }

    @Test("Who joins gets the space's rows before anything newer; who leaves gets no more")
    func joinsAndLeaves() async throws {
        try await SharedServer.run(["anna": ["family:admin"]]) { server in
            try await server.push(insertion("a1", "family"), insertion("a2", "family"), user: "anna")
            let before = try await server.pull(user: "bert")
            #expect(before.records == [])
            server.memberships["bert"] = ["family:viewer"]
            try await server.push(insertion("own"), user: "bert")
            server.time.advance(by: .seconds(301))
            try await server.push(insertion("a3", "family"), user: "anna")
            let joined = try await server.pull(user: "bert", since: before.syncedUntil)
            #expect(joined.records == ["own", "a1", "a2", "a3"])
            server.memberships["bert"] = []
            server.time.advance(by: .seconds(301))
            try await server.push(insertion("a4", "family"), user: "anna")
            #expect(try await server.pull(user: "bert", since: joined.syncedUntil).records == [])
            #expect(try await server.pull(user: "bert").records == ["own"])
        }
    }
}
