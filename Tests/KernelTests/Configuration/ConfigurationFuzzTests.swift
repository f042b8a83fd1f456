import Kernel
import Testing

@Suite("Random files")
struct ConfigurationFuzzTests {
    /// A generator that can be run again from its printed seed (splitmix64).
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static let pieces = [
        "server", "plugins", "sample", "port", "host", "keys", "name", "labels", "inner", ":", ": ", ":\n", "- ", "\n",
        "\n  ", "\n    ",
        "[", "]", "{", "}", ",", "\"", "'", "|", ">", "&a ", "*a", "!!int ", "!x ", "? ", "---\n", "...\n",
        "%YAML 1.1\n", "#", "\t", "\r\n",
        "~", "null", "true", "yes", "12", "0x1", "1e9", "10s", "1KiB", "\u{0}", "\u{7}", "\u{FEFF}", "é", "🙂",
        "\u{E000}", "<<", "@", "`", "%",
    ]

    static let valid = """
        server:
          port: 80
          cors: {origins: ["http://a"]}
        plugins:
          sample:
            enabled: true
            keys:
              - name: a
                key: b
            labels: {x: 1}
            every: 10s
        """

    @Test("of YAML's words end in a configuration or in errors with places, never in a crash", arguments: 0..<8)
    func words(round: UInt64) {
        let seed = UInt64.random(in: 0 ... .max) ^ round
        var generator = Seeded(state: seed)
        for _ in 0..<400 {
            let count = Int.random(in: 0...40, using: &generator)
            let text = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
            expectOrderedErrors(text, seed: seed)
        }
    }

    @Test("that were valid before they were damaged do so too", arguments: 0..<8)
    func mutations(round: UInt64) {
        let seed = UInt64.random(in: 0 ... .max) ^ round
        var generator = Seeded(state: seed)
        for _ in 0..<400 {
            var scalars = Array(Self.valid.unicodeScalars)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<scalars.count, using: &generator)
                let end = min(scalars.count, index + Int.random(in: 0...8, using: &generator))
                let piece = Self.pieces.randomElement(using: &generator) ?? ""
                scalars.replaceSubrange(index..<end, with: Array(piece.unicodeScalars))
                if scalars.isEmpty { scalars = ["\n"] }
            }
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars)
            expectOrderedErrors(String(text), seed: seed)
        }
    }

    private func expectOrderedErrors(_ text: String, seed: UInt64) {
        do {
            _ = try Fixtures.load(text)
        } catch {
            let locations = error.diagnostics.map(\.location)
            #expect(locations == locations.sorted() && !locations.isEmpty, "seed \(seed): \(text.debugDescription)")
        }
    }
}
