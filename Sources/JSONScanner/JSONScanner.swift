/// A strict RFC 8259 scanner over bytes: it finds and validates values, and never builds, copies or allocates any.
///
/// The caller pulls: at the start, after a member's name and after each element the scanner stands before a value, which the
/// caller enters (`enterObject`, `enterArray`), takes as a slice (`skipValue`) or leaves unread. A value left unread is passed over
/// and validated nonetheless, so a text that came through `finish()` is valid as a whole, whatever the caller looked at.
///
///     var scanner = try JSONScanner(bytes)
///     try scanner.enterObject()
///     while let name = try scanner.nextMember() {
///         if scanner.equals(name, "changes") { changes = try scanner.skipValue() }
///     }
///     try scanner.finish()
///
/// Values are not interpreted. Any number of the grammar, duplicate names, `\u0000` and lone surrogates in escapes are valid texts.
/// A byte order mark is not (RFC 8259 section 8.1). Nothing recurses: no input exhausts the stack. After an error has been thrown
/// the scanner is of no further use.
///
/// - Important: The scanner does not own the bytes. They must stay where they are, unchanged, for as long as the scanner or
///   anything that decodes its slices is in use: keep both within the closure that lent the pointer.
public struct JSONScanner {
    /// What stands at `position`.
    enum Expectation {
        /// A value.
        case value
        /// The first member or element of the innermost container, or its end.
        case first
        /// What follows a complete value: a comma, the container's end, or at the root nothing.
        case separator
    }

    /// The whole text.
    public let bytes: UnsafeRawBufferPointer
    /// How many levels of objects and arrays the text may have.
    public let maximumDepth: Int
    /// The offset of the next byte to look at.
    public internal(set) var position = 0

    var stack = ContainerStack()
    var expectation = Expectation.value

    /// A scanner at the start of a text of unknown origin, whose UTF-8 is validated at once.
    ///
    /// - Parameters:
    ///   - bytes: The text.
    ///   - maximumDepth: How many levels of objects and arrays the text may have, counted from the root; 512 at most.
    /// - Throws: `invalidUTF8`.
    public init(
        _ bytes: UnsafeRawBufferPointer, maximumDepth: Int = 512
    ) throws(JSONScanError) {
        if let offset = firstInvalidUTF8Offset(in: bytes) { throw JSONScanError(.invalidUTF8, at: offset) }
        self.init(validUTF8: bytes, maximumDepth: maximumDepth)
    }

    /// A scanner at the start of a text that is known to be well-formed UTF-8, as what the store hands back is.
    ///
    /// Ill-formed bytes within strings go unnoticed and are replaced when such a string is decoded; nothing worse comes of them.
    public init(validUTF8 bytes: UnsafeRawBufferPointer, maximumDepth: Int = 512) {
        self.bytes = bytes
        self.maximumDepth = min(maximumDepth, ContainerStack.capacity)
    }

    /// How many containers are open.
    public var depth: Int { stack.depth }

    /// The kind of the value that comes next, which stays where it is and may still turn out to be invalid.
    public mutating func peekKind() throws(JSONScanError) -> JSONKind {
        guard expectation == .value else { throw JSONScanError(.noValueHere, at: position) }
        position = afterWhitespace(from: position)
        guard position < bytes.count else { throw JSONScanError(.unexpectedEnd, at: position) }
        guard let kind = JSONKind(firstByte: bytes[position]) else {
            throw JSONScanError(.unexpectedByte, at: position)
        }
        return kind
    }

    /// Reads and validates the value that comes next, with everything in it.
    @discardableResult
    public mutating func skipValue() throws(JSONScanError) -> JSONSlice {
        let kind = try peekKind()
        let start = position
        if kind == .string {
            let token = try endOfString(openedAt: start)
            position = token.end
            expectation = .separator
            return JSONSlice(kind: kind, range: start..<position, hasEscapes: token.hasEscapes)
        }
        try advance(toDepth: stack.depth)
        return JSONSlice(kind: kind, range: start..<position)
    }

    /// Opens the object that comes next: `nextMember()` then gives its members.
    ///
    /// - Throws: `expectedObject` if another kind of value comes next, which may then still be skipped.
    public mutating func enterObject() throws(JSONScanError) {
        guard try peekKind() == .object else { throw JSONScanError(.expectedObject, at: position) }
        try open(object: true, at: position)
        position += 1
        expectation = .first
    }

    /// The name of the innermost open object's next member, every duplicate included, or nil when the object has ended and is closed.
    ///
    /// The scanner then stands before the member's value. An object entered within it must have been read to its end, or left.
    public mutating func nextMember() throws(JSONScanError) -> JSONSlice? {
        guard stack.isInObject else { throw JSONScanError(.expectedObject, at: position) }
        guard try moveToNextItem(before: UInt8(ascii: "}")) else { return nil }
        let start = position
        let token = try endOfName(at: start)
        position = try afterColon(from: token.end)
        return JSONSlice(kind: .string, range: start..<token.end, hasEscapes: token.hasEscapes)
    }

    /// Opens the array that comes next: `nextElement()` then goes through its elements.
    ///
    /// - Throws: `expectedArray` if another kind of value comes next, which may then still be skipped.
    public mutating func enterArray() throws(JSONScanError) {
        guard try peekKind() == .array else { throw JSONScanError(.expectedArray, at: position) }
        try open(object: false, at: position)
        position += 1
        expectation = .first
    }

    /// Moves before the innermost open array's next element; false when the array has ended and is closed.
    ///
    /// An array entered within it must have been read to its end, or left.
    public mutating func nextElement() throws(JSONScanError) -> Bool {
        guard stack.isInArray else { throw JSONScanError(.expectedArray, at: position) }
        return try moveToNextItem(before: UInt8(ascii: "]"))
    }

    /// Reads and validates the rest of the innermost open container and closes it.
    public mutating func leave() throws(JSONScanError) {
        guard stack.depth > 0 else { throw JSONScanError(.noValueHere, at: position) }
        try advance(toDepth: stack.depth - 1)
    }

    /// Reads and validates all that is left of the text, of which only whitespace may follow the root value.
    public mutating func finish() throws(JSONScanError) {
        try advance(toDepth: 0)
        position = afterWhitespace(from: position)
        guard position == bytes.count else { throw JSONScanError(.trailingBytes, at: position) }
    }

    /// Stands before the next member or element of the innermost container, or closes it and says false.
    private mutating func moveToNextItem(before end: UInt8) throws(JSONScanError) -> Bool {
        if expectation == .value { try advance(toDepth: stack.depth) }
        position = afterWhitespace(from: position)
        guard position < bytes.count else { throw JSONScanError(.unexpectedEnd, at: position) }
        if bytes[position] == end {
            stack.pop()
            position += 1
            expectation = .separator
            return false
        }
        if expectation == .separator {
            guard bytes[position] == UInt8(ascii: ",") else { throw JSONScanError(.unexpectedByte, at: position) }
            position = afterWhitespace(from: position + 1)
        }
        expectation = .value
        return true
    }
}
