import Domain
import HTTPTypes
import Kernel
import KernelTesting
import Testing

@testable import BackupPlugin

@Suite("DELETE /backup/account")
struct ErasureTests {
    @Test("Everything that the user authored is gone, and nothing of others")
    func erases() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("a", more: #","eventId":"\#(uuid(1))""#), user: "bert")
            try await server.push(insertion("b") + "," + insertion("taken", more: #","eventId":"\#(uuid(1))""#))
            let answer = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
            #expect(answer.status == .ok)
            #expect(answer.headers[.cacheControl] == "no-store")
            #expect(answer.text == #"{"erased":2,"backups":{"exist":false}}"#)
            let contents = try ArchiveContents(try await server.export())
            #expect(contents.changes.isEmpty && contents.quarantined.isEmpty)
            #expect(try await server.lines(of: "bert").count == 1)
            let again = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
            #expect(again.text.hasPrefix(#"{"erased":0,"#))
        }
    }

    @Test(
        "Without the user's own id in X-Confirm-Erase nothing is erased",
        arguments: [nil, "", "bert", "Anna", "anna, anna"])
    func unconfirmed(confirmation: String?) async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("a"))
            let headers: HTTPFields = confirmation.map { [.confirmErase: $0] } ?? [:]
            let answer = try await server.send(.delete, "/backup/account", headers: headers)
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains(#""error":"confirmation_required""#))
            #expect(try await server.lines().count == 1)
        }
    }

    @Test(
        "The answer says how long artifacts keep the data",
        arguments: [
            (ArtifactHold.none, #"{"exist":false}"#), (.untilRemoved, #"{"exist":true}"#),
            (
                .until(UnixTime(seconds: 1_767_225_600)),
                #"{"exist":true,"removedBy":"2026-01-01T00:00:00.000000Z"}"#
            ),
        ])
    func artifacts(hold: ArtifactHold, json: String) {
        #expect(hold.json == json)
    }

    @Test("The answer has a date where the schedule and retention end the backups, and tells of one that is being made")
    func forecast() async throws {
        let config = #"schedule: "0 3 * * *"; retention: {last: 2, daily: 0, weekly: 0, monthly: 0}"#
        try await BackupServer.run(backup: config) { server in
            func erase() async throws -> String {
                try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"]).text
            }
            #expect(try await erase() == #"{"erased":0,"backups":{"exist":false}}"#)
            _ = try await server.backups.runner.begin(.onDemand, for: .system)
            #expect(
                try await erase()
                    == #"{"erased":0,"backups":{"exist":true,"removedBy":"2026-01-02T05:00:00.000000Z"}}"#)
        }
    }

    @Test("Without a token nothing is erased")
    func unauthenticated() async throws {
        try await BackupServer.run { server in
            let answer = try await server.send(
                .delete, "/backup/account", user: nil, headers: [.confirmErase: "anna"])
            #expect(answer.status == .unauthorized)
        }
    }

    @Test("The audit line has the count and the pseudonym, and nothing of the content")
    func auditLine() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("the record", data: #"{"secret":"words"}"#))
            _ = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"])
            let lines = server.harness.log.lines.filter { $0.metadata["event"] == "user_erased" }
            #expect(lines.map { $0.metadata["erased"] } == ["1"])
            #expect(lines[0].metadata["pseudonym"]?.wholeMatch(of: /[0-9a-f]{64}/) != nil)
            let all = "\(lines)"
            #expect(!all.contains("secret") && !all.contains("the record") && !all.contains("anna"))
        }
    }

    @Test("Each erasure is on record, by a pseudonym, without anything of the content")
    func onRecord() async throws {
        try await BackupServer.run { server in
            try await server.push(insertion("the record"))
            for _ in 0..<2 { _ = try await server.send(.delete, "/backup/account", headers: [.confirmErase: "anna"]) }
            let log = try server.auditLog()
            let entries = try await log.latest(limit: 10)
            #expect(entries.map(\.event.type) == [.userErased, .userErased])
            #expect(entries.last?.event.metadata.hasPrefix(#"{"erased":1,"place":"#) == true)
            #expect(entries[0].event.actorID == entries[1].event.actorID)
            #expect(!"\(entries)".contains("anna"))
            #expect(try await log.firstBroken() == nil)
        }
    }
}
