import Foundation
import JSONScanner
import Testing

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
}

/// Random JSON: each token in `compact` as in `spaced`, where whitespace stands between them.
struct RandomText {
    private(set) var compact: [UInt8] = []
    private(set) var spaced: [UInt8] = []

    init(using generator: inout SeededGenerator, depth: Int = 6) {
        addValue(depth: depth, &generator)
        addWhitespace(&generator)
    }

    private mutating func addValue(depth: Int, _ generator: inout SeededGenerator) {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: add(["null", "true", "false"].randomElement(using: &generator) ?? "null", &generator)
        case 1, 2: add(Self.number(&generator), &generator)
        case 3, 4: add(Self.string(&generator), &generator)
        case 5: addItems("[", "]", depth: depth, named: false, &generator)
        default: addItems("{", "}", depth: depth, named: true, &generator)
        }
    }

    private mutating func addItems(
        _ open: String, _ close: String, depth: Int, named: Bool, _ generator: inout SeededGenerator
    ) {
        add(open, &generator)
        for index in 0..<Int.random(in: 0...5, using: &generator) {
            if index > 0 { add(",", &generator) }
            if named {
                add(Self.string(&generator), &generator)
                add(":", &generator)
            }
            addValue(depth: depth - 1, &generator)
        }
        add(close, &generator)
    }

    private mutating func add(_ token: String, _ generator: inout SeededGenerator) {
        addWhitespace(&generator)
        compact += token.utf8
        spaced += token.utf8
    }

    private mutating func addWhitespace(_ generator: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            spaced.append([0x20, 0x09, 0x0A, 0x0D].randomElement(using: &generator) ?? 0x20)
        }
    }

    private static func number(_ generator: inout SeededGenerator) -> String {
        var text = Bool.random(using: &generator) ? "-" : ""
        text += String(
            UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0..<64, using: &generator))
        if Bool.random(using: &generator) { text += ".\(UInt16.random(in: 0...UInt16.max, using: &generator))" }
        if Bool.random(using: &generator) {
            text += ["e", "E", "e+", "e-"].randomElement(using: &generator) ?? "e"
            text += String(Int.random(in: 0...30, using: &generator))
        }
        return text
    }

    private static func string(_ generator: inout SeededGenerator) -> String {
        let pieces = [
            "a", "Z", " ", "/", "é", "€", "😀", "{", "]", ",", ":", #"\""#, #"\\"#, #"\/"#, #"\n"#, #"\u0000"#,
            #"\u00e9"#,
            #"\ud83d\ude00"#, "0123456789", "\u{7F}",
        ]
        let length = Int.random(in: 0...12, using: &generator)
        return "\"" + (0..<length).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined() + "\""
    }
}

@Suite("Random texts")
struct RandomTextTests {
    static let seed: UInt64 = {
        let chosen = ProcessInfo.processInfo.environment["JSON_SEED"].flatMap { UInt64($0) }
        let seed = chosen ?? UInt64.random(in: 0...UInt64.max)
        print("JSON_SEED=\(seed)")
        return seed
    }()

    @Test("The slices of a text, joined again, are the text without its whitespace")
    func slicesRejoin() {
        var generator = SeededGenerator(state: Self.seed)
        for _ in 0..<500 {
            let text = RandomText(using: &generator)
            var rejoined: [UInt8] = []
            #expect(scanError(text.spaced) == nil, "seed \(Self.seed)")
            #expect(walkError(text.spaced, rejoined: &rejoined) == nil, "seed \(Self.seed)")
            #expect(rejoined == text.compact, "seed \(Self.seed)")
        }
    }

    @Test("Mutated texts never crash, and are refused just where Foundation refuses them")
    func mutations() {
        var generator = SeededGenerator(state: Self.seed &+ 1)
        var refused = 0
        var compared = 0
        for _ in 0..<3000 {
            let original = RandomText(using: &generator, depth: 3).spaced
            var text = original
            for _ in 0..<Int.random(in: 1...3, using: &generator) { Self.mutate(&text, &generator) }
            let error = scanError(text)
            var rejoined: [UInt8] = []
            #expect(walkError(text, rejoined: &rejoined) == error, "seed \(Self.seed): \(text)")
            if error != nil { refused += 1 }
            guard let accepts = Self.foundationAccepts(text) else { continue }
            compared += 1
            #expect(
                (error == nil) == accepts,
                "seed \(Self.seed): \(String(decoding: text, as: UTF8.self)) \(String(describing: error))")
        }
        #expect(refused > 300 && compared > 300, "seed \(Self.seed): mutations that break nothing test nothing")
    }

    static func mutate(_ text: inout [UInt8], _ generator: inout SeededGenerator) {
        let interesting = Array("{}[]\",:\\ue0-+.1tn \t".utf8) + [0x00, 0x1F, 0x80, 0xC3, 0xED, 0xFF]
        let byte = interesting.randomElement(using: &generator) ?? 0
        guard let index = text.indices.randomElement(using: &generator) else { return text.append(byte) }
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: text[index] = byte
        case 1: text.insert(byte, at: index)
        case 2: text.remove(at: index)
        default: text.removeSubrange(index...)
        }
    }

    /// Foundation's verdict, or nil where it goes by other rules: it guesses encodings from zero bytes and byte order marks, refuses
    /// half surrogate pairs and numbers beyond its types, and accepts a comma before a closing bracket.
    static func foundationAccepts(_ text: [UInt8]) -> Bool? {
        guard let string = String(validating: text, as: UTF8.self) else { return nil }
        let hasExponent = zip(text, text.dropFirst()).contains {
            $0 >= 0x30 && $0 <= 0x39 && $1 | 0x20 == UInt8(ascii: "e")
        }
        let dense = text.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let hasTrailingComma = zip(dense, dense.dropFirst()).contains {
            $0 == UInt8(ascii: ",") && ($1 == UInt8(ascii: "]") || $1 == UInt8(ascii: "}"))
        }
        guard !hasExponent, !hasTrailingComma, !text.contains(0), !string.hasPrefix("\u{FEFF}"),
            !string.lowercased().contains("\\ud")
        else { return nil }
        do {
            _ = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            return true
        } catch {
            return false
        }
    }
}
