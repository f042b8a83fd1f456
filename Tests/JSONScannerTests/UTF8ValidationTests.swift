import JSONScanner
import Testing

@Suite("UTF-8 validation")
struct UTF8ValidationTests {
    @Test(
        "An ill-formed sequence is reported at its first byte, wherever it stands",
        arguments: [
            [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE0, 0xA0],
            [0xE2, 0x82], [0xE2, 0x82, 0x22], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80],
            [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF],
        ] as [[UInt8]])
    func illFormed(sequence: [UInt8]) {
        for filler in ["a", "é", "€", "😀"] {
            for length in 0..<40 {
                let before = Array(String(repeating: filler, count: length).utf8)
                for after in [[], Array("0123456789".utf8)] {
                    let text = before + sequence + after
                    #expect(text.withUnsafeBytes { firstInvalidUTF8Offset(in: $0) } == before.count)
                }
            }
        }
        let inString = [UInt8(ascii: "\"")] + sequence + [UInt8(ascii: "\"")]
        #expect(scanError(inString) == JSONScanError(.invalidUTF8, at: 1))
    }

    @Test("Every Unicode scalar is well formed")
    func everyScalar() {
        var text: [UInt8] = []
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            text += scalar.utf8
        }
        #expect(text.withUnsafeBytes { firstInvalidUTF8Offset(in: $0) } == nil)
    }

    @Test(
        "Every sequence of one and two bytes, and of three after E0, ED, F0 and F4, is judged as the standard library judges it"
    )
    func agreesWithStandardLibrary() {
        func check(_ bytes: [UInt8]) -> Bool {
            (bytes.withUnsafeBytes { firstInvalidUTF8Offset(in: $0) } == nil)
                == (String(validating: bytes, as: UTF8.self) != nil)
        }
        var disagreements: [[UInt8]] = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                for bytes in [[first], [first, second], [first, second, 0x80], [first, second, 0xBF, 0x80]]
                where !check(bytes) {
                    disagreements.append(bytes)
                }
            }
        }
        #expect(disagreements.isEmpty)
    }

    @Test(
        "Ill-formed bytes in a text that was vouched for are replaced when decoded",
        arguments: [[], Array(#"\n"#.utf8)])
    func vouchedFor(escape: [UInt8]) throws {
        let text = [UInt8(ascii: "\"")] + escape + [0xFF, 0xE2, 0x82, UInt8(ascii: "\"")]
        try text.withUnsafeBytes { bytes in
            var scanner = JSONScanner(validUTF8: bytes)
            let slice = try scanner.skipValue()
            try scanner.finish()
            #expect(scanner.string(slice)?.hasSuffix("\u{FFFD}\u{FFFD}") == true)
        }
    }
}
