import HTTPTypes
import Kernel
import ManaFormat
import NIOCore
import Testing

@Suite("A log that moves to another server")
struct RoundTripTests {
    @Test(
        "has there the same events in the same order, byte for byte, but for createdAt",
        arguments: 0..<12 as Range<UInt64>)
    func property(seed: UInt64) async throws {
        try await Self.check(seed, from: .sqlite, to: .sqlite)
    }

    /// Fills a server on one engine as the seed says, moves a user's log to an empty one on another, and compares.
    static func check(_ seed: UInt64, from source: TestEngine, to target: TestEngine) async throws {
        var random = SeededRandom(state: seed)
        let pushes = (0..<Int.random(in: 1...12, using: &random)).map { _ in RandomPush(using: &random) }
        var lines: [String] = []
        var archive = ByteBuffer()
        try await source.run { server in
            try await server.push(insertion("of bert", more: #","eventId":"\#(uuid(1))""#), user: "bert")
            for push in pushes { try await server.push(push.changes, app: push.app, client: push.client) }
            lines = try await server.lines().map(Self.withoutPlace)
            archive = try await server.export()
        }
        let quarantined = try ArchiveContents(archive).quarantined
        try await target.run { server in
            let answer = try await server.restore(archive)
            try #require(answer.status == .ok, "seed \(seed): \(answer.text)")
            #expect(try await server.lines().map(Self.withoutPlace) == lines, "seed \(seed)")
            let again = try ArchiveContents(try await server.export()).quarantined
            #expect(again.map(\.eventID) == quarantined.map(\.eventID), "seed \(seed)")
            #expect(again.map(\.payload) == quarantined.map(\.payload), "seed \(seed)")
            #expect(again.map(\.reason) == quarantined.map(\.reason), "seed \(seed)")
        }
    }

    /// A line without its `createdAt`, byte for byte what is left.
    private static func withoutPlace(_ line: Substring) -> String {
        String(line.replacing(/"createdAt":"[^"]*"/, with: ""))
    }
}

/// A push of changes of every kind.
private struct RandomPush {
    let app: String
    let client: String?
    let changes: String

    init(using random: inout SeededRandom) {
        app = ["todo", "notes", "a.b-c_d"].randomElement(using: &random) ?? "todo"
        client = ["phone", "laptop", nil].randomElement(using: &random) ?? nil
        changes = (0..<Int.random(in: 1...9, using: &random)).map { _ in Self.change(using: &random) }
            .joined(separator: ",")
    }

    private static let values = [
        "1", "-0", "1.0", "1e400", "9007199254740993", "null", "true", #""text""#, #""\u0000""#, #""\ud800""#,
        #""é\n/""#,
        #"{"b":1,"a":{"c":[1,2,{}]},"a":2}"#, "[]", "{}", #"{"spaceId":"family"}"#, #"{"deletedAt":"no time"}"#,
    ]

    private static func change(using random: inout SeededRandom) -> String {
        func value() -> String { values.randomElement(using: &random) ?? "1" }
        func chance(_ text: @autoclosure () -> String) -> String {
            Int.random(in: 0..<3, using: &random) == 0 ? text() : ""
        }
        let op = ["insert", "update", "delete"].randomElement(using: &random) ?? "insert"
        let time = "2026-01-0\(Int.random(in: 1...9, using: &random))T10:00:00.5+02:00"
        var change = #"{"table":"tasks","id":"r\#(Int.random(in: 0..<9, using: &random))","op":"\#(op)""#
        if op == "insert" || Bool.random(using: &random) { change += #","data":{"x":\#(value())}"# }
        if op == "update" || Bool.random(using: &random) {
            change += #","fields":{"x":{"value":\#(value()),"updatedAt":"\#(time)"},"é\"":{"at":"\#(time)"}}"#
        }
        if op == "delete" { change += chance(#","deletedAt":"\#(time)""#) }
        change += chance(#","actor":\#(value())"#) + chance(#","origin":"user""#) + chance(#","spaceId":"work""#)
        // The id of another user's event, now and then: such a change goes to the quarantine.
        if Int.random(in: 0..<8, using: &random) == 0 { change += #","eventId":"\#(uuid(1))""# }
        return change + "}"
    }
}

/// Numbers that follow from a seed (SplitMix64).
private struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
