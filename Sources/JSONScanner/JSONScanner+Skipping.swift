extension JSONScanner {
    /// Reads on until a value is complete and no more than `target` containers are open.
    ///
    /// A loop over `expectation` and the bit stack: its memory does not grow with the text's depth.
    mutating func advance(toDepth target: Int) throws(JSONScanError) {
        var position = self.position
        var stack = self.stack
        var expectation = self.expectation
        let count = bytes.count

        while true {
            if expectation == .separator, stack.depth <= target { break }
            position = afterWhitespace(from: position)
            guard position < count else { throw JSONScanError(.unexpectedEnd, at: position) }
            let byte = bytes[position]

            if expectation != .value {
                if byte == (stack.isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
                    stack.pop()
                    position &+= 1
                    expectation = .separator
                    continue
                }
                if expectation == .separator {
                    guard byte == UInt8(ascii: ",") else { throw JSONScanError(.unexpectedByte, at: position) }
                    position = afterWhitespace(from: position &+ 1)
                }
                if stack.isInObject { position = try afterColon(from: endOfName(at: position).end) }
                expectation = .value
                continue
            }

            switch byte {
            case UInt8(ascii: "\""):
                position = try endOfString(openedAt: position).end
                expectation = .separator
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                try checkDepth(stack.depth, at: position)
                stack.push(object: byte == UInt8(ascii: "{"))
                position &+= 1
                expectation = .first
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                position = try endOfNumber(at: position)
                expectation = .separator
            case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"):
                position = try endOfLiteral(at: position)
                expectation = .separator
            default:
                throw JSONScanError(.unexpectedByte, at: position)
            }
        }
        self.position = position
        self.stack = stack
        self.expectation = expectation
    }

    /// Opens a container whose bracket is at `offset`, if the depth allows.
    mutating func open(object: Bool, at offset: Int) throws(JSONScanError) {
        try checkDepth(stack.depth, at: offset)
        stack.push(object: object)
    }

    @inline(__always)
    private func checkDepth(_ depth: Int, at offset: Int) throws(JSONScanError) {
        guard depth < maximumDepth else { throw JSONScanError(.tooDeep, at: offset) }
    }
}
