extension JSONValue {
    /// Parses a whole text.
    ///
    /// - Parameters:
    ///   - bytes: The text, needed during the call only.
    ///   - maximumLength: How many bytes it may have.
    ///   - maximumDepth: How many levels of objects and arrays it may have, 64 at most.
    /// - Throws: What the scanner throws; `tooLong`, `duplicateMember`, `loneSurrogate`.
    public init(
        parsing bytes: UnsafeRawBufferPointer, maximumLength: Int = 256 * 1024, maximumDepth: Int = 16
    ) throws(JSONScanError) {
        guard bytes.count <= maximumLength else { throw JSONScanError(.tooLong, at: maximumLength) }
        var scanner = try JSONScanner(bytes, maximumDepth: min(maximumDepth, 64))
        self = try Self.next(of: &scanner)
        try scanner.finish()
    }

    /// Parses a whole text, with the same limits.
    public init(
        parsing bytes: [UInt8], maximumLength: Int = 256 * 1024, maximumDepth: Int = 16
    ) throws(JSONScanError) {
        let parsed = bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONScanError) in
                try JSONValue(parsing: bytes, maximumLength: maximumLength, maximumDepth: maximumDepth)
            }
        }
        self = try parsed.get()
    }

    /// The value that comes next. It recurses, which the depth limit bounds.
    private static func next(of scanner: inout JSONScanner) throws(JSONScanError) -> JSONValue {
        switch try scanner.peekKind() {
        case .object:
            return .object(try members(of: &scanner))
        case .array:
            var elements: [JSONValue] = []
            try scanner.enterArray()
            while try scanner.nextElement() { elements.append(try next(of: &scanner)) }
            return .array(elements)
        case .string:
            return .string(try string(try scanner.skipValue(), of: scanner))
        case .number:
            let slice = try scanner.skipValue()
            return .number(String(decoding: slice.content(in: scanner.bytes), as: UTF8.self))
        case .true:
            try scanner.skipValue()
            return .bool(true)
        case .false:
            try scanner.skipValue()
            return .bool(false)
        case .null:
            try scanner.skipValue()
            return .null
        }
    }

    private static func members(of scanner: inout JSONScanner) throws(JSONScanError) -> [Member] {
        var members: [Member] = []
        // By bytes, for `String` takes canonically equivalent names for one.
        var names: Set<[UInt8]> = []
        try scanner.enterObject()
        while let token = try scanner.nextMember() {
            let name = try string(token, of: scanner)
            guard names.insert(Array(name.utf8)).inserted else {
                throw JSONScanError(.duplicateMember, at: token.range.lowerBound)
            }
            members.append(Member(name: name, value: try next(of: &scanner)))
        }
        return members
    }

    private static func string(_ slice: JSONSlice, of scanner: JSONScanner) throws(JSONScanError) -> String {
        guard let string = scanner.string(slice) else {
            throw JSONScanError(.loneSurrogate, at: slice.range.lowerBound)
        }
        return string
    }
}
