import Domain
import Foundation
import JSONScanner
import Kernel
import NIOCore
import Testing

@testable import SyncPlugin

@Suite("The household's changesets")
struct HouseholdRoundTripTests {
    /// The bodies of the recorded pushes, as they were sent.
    static func bodies() throws -> [String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Fixtures/changesets.jsonl").standardizedFileURL
        return try Data(contentsOf: file).split(separator: UInt8(ascii: "\n")).compactMap { line in
            try members(of: line)?["body"]
        }
    }

    @Test("Every change comes back with every member that it was pushed with")
    func roundTrip() throws {
        let bodies = try Self.bodies()
        let reader = ChangesetReader(now: UnixTime(seconds: 4_000_000_000), maxFutureSkew: .zero)
        var count = 0
        for body in bodies {
            let changeset = try reader.read(ByteBuffer(string: body))
            let sent = try elements(of: try #require(members(of: body.utf8)?["changes"]).utf8)
            #expect(sent.count == changeset.changes.count && changeset.loweredTimestamps == 0)
            for (change, sent) in zip(changeset.changes, sent) {
                let wired = wire([StoredRow(change)])
                try expectSame(sent: sent, received: wired)
                count += 1
            }
        }
        #expect(bodies.count == 900 && count > 900)
    }
}

/// Records a difference between a change as it was pushed and as it came back, other than what the protocol allows.
func expectSame(sent: String, received: String, _ comment: Comment? = nil) throws {
    let sent = try #require(try members(of: sent.utf8))
    let received = try #require(try members(of: received.utf8))
    for name in ["data", "actor"] {
        #expect(received[name] == sent[name].map(oneLine), comment)
    }
    for name in ["table", "id", "op", "deletedAt", "origin"] {
        #expect(try text(received[name]) == text(sent[name]), comment)
    }
    if let space = try text(sent["spaceId"]), !space.isEmpty {
        #expect(try text(received["spaceId"]) == space, comment)
    }
    if let eventID = try text(sent["eventId"]) {
        #expect(try text(received["eventId"]) == eventID.lowercased(), comment)
    }
    #expect(received["schemaVersion"] == "1", comment)

    let isUpdate = try text(sent["op"]) == "update"
    let sentFields = try sent["fields"].flatMap { try members(of: $0.utf8) } ?? (isUpdate ? [:] : nil)
    let receivedFields = try received["fields"].flatMap { try members(of: $0.utf8) }
    #expect(receivedFields?.keys.sorted() == sentFields?.keys.sorted(), comment)
    for (name, field) in sentFields ?? [:] {
        let field = try members(of: field.utf8)
        let wired = try receivedFields?[name].flatMap { try members(of: $0.utf8) }
        #expect(wired?["value"] == oneLine(field?["value"] ?? "null"), comment)
        #expect(wired?["updatedAt"] == field?["updatedAt"] ?? field?["at"], comment)
    }
}

private func oneLine(_ json: String) -> String {
    String(decoding: json.utf8.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
}

/// What a string's token stands for; nil for null and for none.
private func text(_ token: String?) throws -> String? {
    guard let token, token != "null" else { return nil }
    return try Array(token.utf8).withUnsafeBytes { bytes in
        var scanner = try JSONScanner(bytes)
        return scanner.string(try scanner.skipValue())
    }
}
