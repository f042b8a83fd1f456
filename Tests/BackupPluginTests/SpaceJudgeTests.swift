import Domain
import HTTPTypes
import Kernel
import ManaFormat
import Testing

@testable import BackupPlugin

/// Knows of one space, `family`, and cannot say who is in `unknown`.
private struct OneSpace: SpaceDirectory {
    func prepareRead(by user: UserID) async throws(MembershipsUnavailable) {}

    func judge(_ changes: inout [PushedChange], of user: UserID) async throws(MembershipsUnavailable) -> PushPermit {
        for index in changes.indices {
            guard let space = changes[index].space, space != SpaceID("family") else { continue }
            guard space != SpaceID("unknown") else { throw MembershipsUnavailable() }
            changes[index].refusal = .notAMember
        }
        return PushPermit(writableSpaces: [SpaceID("family")])
    }
}

/// Provides it, as a plugin that shares records does.
struct OneSpacePlugin: Plugin {
    static let manifest = PluginManifest(
        id: "oneSpace", summary: "one space", provides: [AnyServiceKey(ServiceKey.spaceDirectory)])

    init(config: NoConfig, dependencies: Dependencies) throws {}

    func register(into registry: inout PluginRegistry) {
        registry.provide(.spaceDirectory, OneSpace())
    }
}

@Suite("An import into spaces")
struct SpaceJudgeTests {
    private static func lines(with space: String) -> [String] {
        [
            line("a", eventID: 1, #""op":"insert","data":{},"spaceId":"family""#),
            line("b", eventID: 2, #""op":"insert","data":{},"spaceId":"\#(space)""#), line("c", eventID: 3),
        ]
    }

    @Test("Events of a space that the user may not write are rejected, and the rest is imported; again and again")
    func rejected() async throws {
        try await BackupServer.run(sharing: true) { server in
            let archive = try archive(Self.lines(with: "work"))
            for imported in [2, 0] {
                let answer = try await server.restore(archive)
                #expect(
                    answer.text
                        == #"{"imported":\#(imported),"duplicates":\#(2 - imported),"quarantined":0,"rejected":["#
                        + #"{"index":1,"eventId":"\#(uuid(2))","error":"not_a_member","#
                        + #""message":"You are not a member of the space."}]}"#)
            }
            let contents = try ArchiveContents(try await server.export())
            #expect(contents.changes.map(\.record.text) == ["a", "c"])
            #expect(contents.quarantined.map(\.record.text) == ["b"])
        }
    }

    @Test("Where nobody can say who is in a space, nothing is stored, and a repetition may")
    func unknown() async throws {
        try await BackupServer.run(sharing: true) { server in
            let answer = try await server.restore(try archive(Self.lines(with: "unknown")))
            #expect(answer.status == .serviceUnavailable)
            #expect(answer.text.contains(#""error":"memberships_unavailable""#))
            let lines = try await server.lines()
            #expect(lines.isEmpty)
        }
    }
}
