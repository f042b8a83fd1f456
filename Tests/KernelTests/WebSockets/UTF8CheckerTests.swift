import NIOCore
import Testing

@testable import Kernel

@Suite("UTF-8 that comes in pieces")
struct UTF8CheckerTests {
    private static let texts: [[UInt8]] = [
        [], [0x00], [0x7F], [0xC2, 0x80], [0xDF, 0xBF], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEE, 0x80, 0x80],
        [0xEF, 0xBF, 0xBF], [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], Array("Grüße, κόσμε, 世界 🎉 — done".utf8),
    ]

    /// With the number of bytes after which nothing can mend them.
    private static let broken: [([UInt8], Int)] = [
        ([0x80], 1), ([0xBF], 1), ([0xC0, 0x80], 1), ([0xC1, 0xBF], 1), ([0xF5, 0x80, 0x80, 0x80], 1), ([0xFF], 1),
        ([0xE0, 0x9F, 0xBF], 2), ([0xED, 0xA0, 0x80], 2), ([0xF0, 0x8F, 0xBF, 0xBF], 2), ([0xF4, 0x90, 0x80, 0x80], 2),
        ([0xC2, 0x41], 2), ([0xE2, 0x82, 0x41], 3), ([0xF0, 0x9F, 0x8E, 0x41], 4),
        (Array("01234567890123456789".utf8) + [0xED, 0xBF, 0xBF], 22),
    ]

    /// Whether the pieces so far can be a text, after each of them.
    private func verdicts(on pieces: [some Collection<UInt8>]) -> (canBeText: [Bool], isComplete: Bool) {
        var checker = UTF8Checker()
        let canBeText = pieces.map { checker.take(ByteBuffer(bytes: $0).readableBytesView) }
        return (canBeText, checker.isComplete)
    }

    @Test("a text is one in whatever pieces it comes", arguments: texts)
    func valid(_ text: [UInt8]) {
        for size in 1...max(1, text.count) {
            let pieces = stride(from: 0, to: text.count, by: size).map { text[$0..<min($0 + size, text.count)] }
            let (canBeText, isComplete) = verdicts(on: pieces)
            #expect(canBeText.allSatisfy { $0 } && isComplete)
        }
    }

    @Test("bytes that no others can mend are refused at once", arguments: broken)
    func failsFast(_ bytes: [UInt8], _ refusedAfter: Int) {
        let expected = (1...refusedAfter).map { $0 < refusedAfter }
        #expect(verdicts(on: bytes.prefix(refusedAfter).map { [$0] }).canBeText == expected)
        #expect(verdicts(on: [bytes]).canBeText == [false])
    }

    @Test(
        "a text that stops within a character is not complete", arguments: [[0xC2], [0xE2, 0x82], [0xF0, 0x9F, 0x8E]])
    func incomplete(_ bytes: [UInt8]) {
        #expect(verdicts(on: [bytes]) == ([true], false))
    }

    @Test("agrees with the standard library on random bytes")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        let alphabet: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xED, 0xF0, 0xF4, 0xF5,
        ]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in
                alphabet.randomElement(using: &generator)
            }
            let verdicts = verdicts(on: [bytes])
            let isText = verdicts.canBeText == [true] && verdicts.isComplete
            #expect(isText == (String(validating: bytes, as: UTF8.self) != nil), "seed \(seed): \(bytes)")
        }
    }
}
