import Domain
import Foundation
import HummingbirdCore
import Kernel
import KernelTesting
import ManaFormat
import NIOCore
import Testing

@testable import BackupPlugin

@Suite("An import into spaces")
struct SpaceJudgeTests {
    /// Imports an archive of anna's as one who may write into the space `family` alone.
    private static func restore(
        _ lines: [String], on server: BackupServer, by judge: @escaping SpaceJudge
    ) async throws -> String {
        let file = try await SpoolFile.spooling(
            RequestBody(buffer: try archive(lines)), in: server.folder.path, limit: 1 << 20)
        return try await UserImport(
            log: try #require(server.harness.plan.service(.userLog)), user: UserID("anna"), file: file,
            bound: TimestampBound(latest: server.harness.time.now), isRehearsal: false, judge: judge
        ).run().json
    }

    private static let lines = [
        line("a", eventID: 1, #""op":"insert","data":{},"spaceId":"family""#),
        line("b", eventID: 2, #""op":"insert","data":{},"spaceId":"work""#), line("c", eventID: 3),
    ]

    @Test("Events of a space that the user may not write are rejected, and the rest is imported; again and again")
    func rejected() async throws {
        try await BackupServer.run { server in
            for imported in [2, 0] {
                let report = try await Self.restore(Self.lines, on: server) { changes, user in
                    for index in changes.indices where changes[index].space == SpaceID("work") && user.text == "anna" {
                        changes[index].refusal = .notAMember
                    }
                }
                #expect(
                    report == #"{"imported":\#(imported),"duplicates":\#(2 - imported),"quarantined":0,"rejected":["#
                        + #"{"index":1,"eventId":"\#(uuid(2))","error":"not_a_member","#
                        + #""message":"You are not a member of the space."}]}"#)
            }
            let contents = try ArchiveContents(try await server.export())
            #expect(contents.changes.map(\.record.text) == ["a", "c"])
            #expect(contents.quarantined.map(\.record.text) == ["b"])
        }
    }

    @Test("Where nobody can say who is in which space, nothing is stored")
    func unknown() async throws {
        try await BackupServer.run { server in
            let nobody: SpaceJudge = { _, _ in throw StoreError(.unavailable, "Nobody knows.") }
            await #expect(throws: StoreError.self) {
                try await Self.restore(Self.lines, on: server, by: nobody)
            }
            let lines = try await server.lines()
            #expect(lines.isEmpty)
        }
    }
}
