/// The tokens of RFC 8259, each a function from where it begins to where it ends.
extension JSONScanner {
    @inline(__always)
    func afterWhitespace(from start: Int) -> Int {
        var position = start
        while position < bytes.count {
            let byte = bytes[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            position &+= 1
        }
        return position
    }

    /// The end of the member name that must begin at `position`.
    @inline(__always)
    func endOfName(at position: Int) throws(JSONScanError) -> (end: Int, hasEscapes: Bool) {
        guard position < bytes.count else { throw JSONScanError(.unexpectedEnd, at: position) }
        guard bytes[position] == UInt8(ascii: "\"") else { throw JSONScanError(.unexpectedByte, at: position) }
        return try endOfString(openedAt: position)
    }

    /// The place after the colon that must follow a member's name, whitespace before it allowed.
    @inline(__always)
    func afterColon(from start: Int) throws(JSONScanError) -> Int {
        let position = afterWhitespace(from: start)
        guard position < bytes.count else { throw JSONScanError(.unexpectedEnd, at: position) }
        guard bytes[position] == UInt8(ascii: ":") else { throw JSONScanError(.unexpectedByte, at: position) }
        return position &+ 1
    }

    /// The place after the closing quote of the string whose opening quote is at `start` (section 7).
    func endOfString(openedAt start: Int) throws(JSONScanError) -> (end: Int, hasEscapes: Bool) {
        let count = bytes.count
        var position = start &+ 1
        var hasEscapes = false
        while true {
            while position &+ 8 <= count {
                if let plain = ByteWord(bytes, at: position).plainPrefixLength {
                    position &+= plain
                    break
                }
                position &+= 8
            }
            guard position < count else { throw JSONScanError(.unexpectedEnd, at: count) }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { return (position &+ 1, hasEscapes) }
            if byte == UInt8(ascii: "\\") {
                position = try endOfEscape(at: position)
                hasEscapes = true
            } else if byte < 0x20 {
                throw JSONScanError(.controlCharacter, at: position)
            } else {
                position &+= 1
            }
        }
    }

    /// The place after the escape whose backslash is at `start`. Whether surrogates pair up is no matter of the grammar.
    private func endOfEscape(at start: Int) throws(JSONScanError) -> Int {
        guard start &+ 1 < bytes.count else { throw JSONScanError(.unexpectedEnd, at: bytes.count) }
        switch bytes[start &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start &+ 2
        case UInt8(ascii: "u"):
            for index in start &+ 2..<start &+ 6 {
                guard index < bytes.count else { throw JSONScanError(.unexpectedEnd, at: bytes.count) }
                guard hexDigitValue(bytes[index]) != nil else { throw JSONScanError(.invalidEscape, at: start) }
            }
            return start &+ 6
        default:
            throw JSONScanError(.invalidEscape, at: start)
        }
    }

    /// The place after the number that begins at `start` (section 6).
    func endOfNumber(at start: Int) throws(JSONScanError) -> Int {
        var position = start
        if bytes[position] == UInt8(ascii: "-") { position &+= 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position &+= 1
        } else {
            position = try afterDigits(from: position)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position = try afterDigits(from: position &+ 1)
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position &+= 1
            }
            position = try afterDigits(from: position)
        }
        return position
    }

    /// The place after at least one digit.
    @inline(__always)
    private func afterDigits(from start: Int) throws(JSONScanError) -> Int {
        var position = start
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
        if position > start { return position }
        throw JSONScanError(position < bytes.count ? .invalidNumber : .unexpectedEnd, at: position)
    }

    /// The place after `true`, `false` or `null`, of which the first letter is at `start` (section 3).
    func endOfLiteral(at start: Int) throws(JSONScanError) -> Int {
        let word: StaticString =
            switch bytes[start] {
            case UInt8(ascii: "t"): "true"
            case UInt8(ascii: "f"): "false"
            default: "null"
            }
        let length = word.utf8CodeUnitCount
        for index in 0..<length {
            guard start &+ index < bytes.count else { throw JSONScanError(.unexpectedEnd, at: bytes.count) }
            guard bytes[start &+ index] == word.utf8Start[index] else {
                throw JSONScanError(.invalidLiteral, at: start &+ index)
            }
        }
        return start &+ length
    }
}

/// The value of a hexadecimal digit of either case.
@inline(__always)
func hexDigitValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
}
