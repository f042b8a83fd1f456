import JSONScanner
import Testing

@Suite("The depth limit")
struct DepthTests {
    /// A text of `depth` levels, an object wherever `isObject` says so.
    static func nested(_ depth: Int, isObject: (Int) -> Bool) -> [UInt8] {
        var text: [UInt8] = []
        for level in 0..<depth { text += isObject(level) ? Array(#"{"a":"#.utf8) : [UInt8(ascii: "[")] }
        text.append(UInt8(ascii: "0"))
        for level in (0..<depth).reversed() { text.append(isObject(level) ? UInt8(ascii: "}") : UInt8(ascii: "]")) }
        return text
    }

    @Test("512 levels are accepted and 513 refused, objects and arrays mixed", arguments: [1, 2, 3, 5, 7, 64, 1000])
    func boundary(period: Int) {
        let isObject = { (level: Int) in level % period == 0 }
        #expect(scanError(Self.nested(512, isObject: isObject)) == nil)
        #expect(scanError(Self.nested(513, isObject: isObject))?.reason == .tooDeep)
        var rejoined: [UInt8] = []
        #expect(walkError(Self.nested(512, isObject: isObject), rejoined: &rejoined) == nil)
        #expect(walkError(Self.nested(513, isObject: isObject), rejoined: &rejoined)?.reason == .tooDeep)
    }

    @Test(
        "A container closed by the other kind's bracket is refused at every level",
        arguments: [1, 63, 64, 65, 128, 129, 511, 512])
    func wrongBracket(depth: Int) {
        for closed in 0..<depth {
            var text = Self.nested(depth, isObject: { $0 % 3 == 0 })
            let index = text.count - depth + closed
            text[index] = text[index] == UInt8(ascii: "]") ? UInt8(ascii: "}") : UInt8(ascii: "]")
            #expect(scanError(text) == JSONScanError(.unexpectedByte, at: index))
        }
    }

    @Test("The bracket of the first level too many is the error's place")
    func offset() {
        #expect(scanError(Array("[[ {}]]".utf8), maximumDepth: 2) == JSONScanError(.tooDeep, at: 3))
        #expect(scanError(Array("[[[".utf8), maximumDepth: 3)?.reason == .unexpectedEnd)
        #expect(scanError(Array("1".utf8), maximumDepth: 0) == nil)
        #expect(scanError(Array("[]".utf8), maximumDepth: 0) == JSONScanError(.tooDeep, at: 0))
    }

    @Test("Levels that were entered count for a value that is skipped within them")
    func enteredLevelsCount() throws {
        try Array("[[[[]]]]".utf8).withUnsafeBytes { bytes in
            var scanner = try JSONScanner(bytes, maximumDepth: 3)
            try scanner.enterArray()
            #expect(try scanner.nextElement())
            try scanner.enterArray()
            #expect(scanner.depth == 2)
            #expect(try scanner.nextElement())
            #expect(throws: JSONScanError(.tooDeep, at: 3)) { try scanner.skipValue() }
        }
    }

    @Test("A limit above what the scanner can hold is lowered to it")
    func limitIsBounded() {
        #expect(scanError(Self.nested(513, isObject: { _ in false }), maximumDepth: 10_000)?.reason == .tooDeep)
    }

    @Test("A million open brackets are refused without trouble")
    func hostileDepth() {
        #expect(scanError([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))?.offset == 512)
    }
}
