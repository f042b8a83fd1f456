import Domain
import Foundation
import NIOCore
import Testing

@testable import SyncPlugin

/// SplitMix64: the same numbers for the same seed on every platform.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    /// Up to three bytes of whitespace.
    mutating func space() -> String {
        (0..<Int.random(in: 0...3, using: &self)).map { _ in pick([" ", "\t", "\n", "\r"]) }.joined()
    }
}

/// Random changesets that are to be read, whitespace everywhere.
struct ChangesetGenerator {
    var generator: SeededGenerator

    mutating func changeset() -> (body: String, changes: [String]) {
        let changes = (0..<Int.random(in: 0...6, using: &generator)).map { _ in change() }
        var members = [("changes", array(changes))]
        if Bool.random(using: &generator) {
            members.append(("clientId", generator.pick(["null", #""""#, #""phone""#])))
        }
        if Bool.random(using: &generator) { members.append(("since", generator.pick(["null", #""""#, stamp()]))) }
        if Bool.random(using: &generator) { members.append(("unknown", value(depth: 3))) }
        return (object(members.shuffled(using: &generator)), changes)
    }

    private mutating func change() -> String {
        let operation = generator.pick(["insert", "update", "delete"])
        var members = [("table", name()), ("id", name()), ("op", #""\#(operation)""#)]
        let fields = (0..<Int.random(in: 0...40, using: &generator)).map { ("f\($0)", field()) }
        let optional: [(String, String)] = [
            ("data", value(depth: 4)), ("actor", value(depth: 2)), ("fields", object(fields)), ("deletedAt", stamp()),
            ("spaceId", name()), ("origin", name()), ("eventId", #""0198C7D2-aaaa-7000-8000-00000000000f""#),
            ("schemaVersion", generator.pick(["0", "1", "null", "-3"])), ("unknown", value(depth: 2)),
        ]
        members += optional.filter { _ in Bool.random(using: &generator) }
        return object(members.shuffled(using: &generator)).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private mutating func field() -> String {
        var members = [(generator.pick(["updatedAt", "at"]), stamp())]
        if Int.random(in: 0..<5, using: &generator) > 0 { members.append(("value", value(depth: 2))) }
        return object(members.shuffled(using: &generator))
    }

    private mutating func value(depth: Int) -> String {
        let scalars = [
            "null", "true", "-0", "1e400", "9007199254740993", #""\ud800""#, #""\u0000""#, #""é\n""#, "1.0", #"" a ""#,
        ]
        switch Int.random(in: 0..<(depth > 0 ? 4 : 2), using: &generator) {
        case 0, 1: return generator.pick(scalars)
        case 2: return array((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth - 1) })
        default:
            let names = ["a", "b", #"\u0061"#, "", "value"]
            return object(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                    (generator.pick(names), value(depth: depth - 1))
                })
        }
    }

    private mutating func name() -> String {
        generator.pick([#""a""#, #""\u0061\/\"""#, #""日本""#, #""todo-124""#, #""\n\\""#, #""\ud83d\ude00""#])
    }

    private mutating func stamp() -> String {
        generator.pick([
            #""2026-01-01T00:00:00Z""#, #""2025-12-31T23:59:59.999999999+14:00""#, #""1969-07-20T20:17:40.5Z""#,
        ])
    }

    private mutating func array(_ elements: [String]) -> String {
        let items = elements.map { generator.space() + $0 + generator.space() }
        return "[" + (items.isEmpty ? generator.space() : items.joined(separator: ",")) + "]"
    }

    private mutating func object(_ members: [(String, String)]) -> String {
        let items = members.map { name, value in
            "\(generator.space())\"\(name)\"\(generator.space()):\(generator.space())\(value)\(generator.space())"
        }
        return "{" + (items.isEmpty ? generator.space() : items.joined(separator: ",")) + "}"
    }
}

@Suite("Random changesets")
struct RandomChangesetTests {
    static let seed: UInt64 = {
        let chosen = ProcessInfo.processInfo.environment["CHANGESET_SEED"].flatMap { UInt64($0) }
        let seed = chosen ?? UInt64.random(in: 0...UInt64.max)
        print("CHANGESET_SEED=\(seed)")
        return seed
    }()

    @Test("Every change comes back with every member, whatever the whitespace and the order")
    func roundTrip() throws {
        var generator = ChangesetGenerator(generator: SeededGenerator(state: Self.seed))
        var count = 0
        for _ in 0..<150 {
            let (body, sent) = generator.changeset()
            let changes = try read(body).changes
            #expect(changes.count == sent.count, "seed \(Self.seed)")
            for (change, sent) in zip(changes, sent) {
                let wired = wire([StoredRow(change)])
                #expect(!wired.utf8.contains { $0 == 0x0A || $0 == 0x0D }, "seed \(Self.seed)")
                try expectSame(sent: sent, received: wired, "seed \(Self.seed)")
                count += 1
            }
        }
        #expect(count > 200)
    }

    @Test("Mutated bodies are read or refused with an offset or an index, and never crash")
    func mutations() throws {
        var generator = ChangesetGenerator(generator: SeededGenerator(state: Self.seed &+ 1))
        var codes: [ChangesetError.Code: Int] = [:]
        for _ in 0..<1500 {
            var body = Array(generator.changeset().body.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator.generator) { mutate(&body, &generator.generator) }
            do {
                let changes = try read(body).changes
                // What was read can be written: valid JSON, one line a change.
                _ = try elements(of: "[\(wire(changes.map(StoredRow.init)))]".utf8)
            } catch let error as ChangesetError {
                codes[error.code, default: 0] += 1
            }
        }
        #expect(codes[.invalidJSON, default: 0] > 100 && codes[.invalidChange, default: 0] > 20, "seed \(Self.seed)")
    }

    @Test("A body cut off at any byte is no JSON, at the end of what is there")
    func truncation() {
        let body = Array(
            #"""
            {"clientId":"é","since":"2024-01-01T10:00:00Z","changes":[{"table":"t","id":"\u0031","op":"update","data":[-1.5e+3,true],
            "fields":{"a":{"value":null,"at":"2026-01-01T00:00:00Z"}},"eventId":"0198c7d2-aaaa-7000-8000-00000000000f"}]}
            """#.utf8)
        #expect(refusal(of: body) == nil)
        for length in body.indices {
            let error = refusal(of: body[..<length])
            let reason =
                length > 0 && body[length - 1] == 0xC3
                ? "invalid_utf8 at byte \(length - 1)" : "unexpected_end at byte \(length)"
            #expect(error == ChangesetError(.invalidJSON, "The body is no valid JSON: \(reason)."), "cut at \(length)")
        }
    }

    private func mutate(_ body: inout [UInt8], _ generator: inout SeededGenerator) {
        guard let index = body.indices.randomElement(using: &generator) else { return }
        let bytes = Array("{}[]\",:\\ue0-+.1tnZ \t".utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xFF]
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: body[index] = generator.pick(bytes)
        case 1: body.insert(generator.pick(bytes), at: index)
        case 2: body.remove(at: index)
        case 3: body.removeSubrange(index..<min(body.count, index + Int.random(in: 1...9, using: &generator)))
        default:
            // Letters and digits changed within strings keep the JSON valid and break what it says.
            let letters = body.indices.filter { body[$0] >= 0x61 && body[$0] <= 0x7A }
            if let place = letters.randomElement(using: &generator) { body[place] = UInt8(ascii: "q") }
        }
    }
}
