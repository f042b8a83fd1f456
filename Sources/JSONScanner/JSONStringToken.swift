/// Writes strings as JSON string tokens (RFC 8259 section 7).
///
/// Escaped is what must be: quote, backslash and the characters below U+0020, the latter in their short form where there is one.
/// Everything else stands for itself, so what was plain stays byte for byte.
public enum JSONStringToken {
    /// Whether a string of these bytes needs an escape. If not, the token is the bytes between two quotes.
    public static func needsEscapes(_ utf8: UnsafeRawBufferPointer) -> Bool {
        plainEnd(in: utf8, from: 0) < utf8.count
    }

    /// Hands out the token piece by piece, quotes included, in as few pieces as there are plain runs and escapes.
    ///
    /// This writes into any sink without an allocation or a copy between: `{ buffer.writeBytes($0) }` does for a `ByteBuffer`.
    ///
    /// - Parameters:
    ///   - utf8: The string, which must be well-formed UTF-8 for the token to be.
    ///   - write: Takes one piece; its bytes are valid during the call only.
    @inlinable
    public static func forEachPiece<Failure: Error>(
        of utf8: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        try write(quote)
        var position = 0
        while true {
            let end = plainEnd(in: utf8, from: position)
            if end > position { try write(UnsafeRawBufferPointer(rebasing: utf8[position..<end])) }
            guard end < utf8.count else { break }
            try write(escape(of: utf8[end]))
            position = end + 1
        }
        try write(quote)
    }

    /// Appends the token for `text`.
    @inlinable
    public static func append(_ text: String, to sink: inout some RangeReplaceableCollection<UInt8>) {
        var text = text
        text.withUTF8 { append(utf8: UnsafeRawBufferPointer($0), to: &sink) }
    }

    /// Appends the token for a string of well-formed UTF-8.
    @inlinable
    public static func append(
        utf8: UnsafeRawBufferPointer, to sink: inout some RangeReplaceableCollection<UInt8>
    ) {
        forEachPiece(of: utf8) { sink.append(contentsOf: $0) }
    }

    @usableFromInline
    static var quote: UnsafeRawBufferPointer { bytes(of: "\"") }

    /// The offset of the first byte from `start` on that needs an escape, or the end.
    @usableFromInline
    static func plainEnd(in utf8: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position &+ 8 <= utf8.count {
            if let plain = ByteWord(utf8, at: position).plainPrefixLength { return position &+ plain }
            position &+= 8
        }
        while position < utf8.count {
            let byte = utf8[position]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
            position &+= 1
        }
        return position
    }

    /// The escape of a byte that needs one.
    @usableFromInline
    static func escape(of byte: UInt8) -> UnsafeRawBufferPointer {
        switch byte {
        case UInt8(ascii: "\""): bytes(of: #"\""#)
        case UInt8(ascii: "\\"): bytes(of: #"\\"#)
        case 0x08: bytes(of: #"\b"#)
        case 0x09: bytes(of: #"\t"#)
        case 0x0A: bytes(of: #"\n"#)
        case 0x0C: bytes(of: #"\f"#)
        case 0x0D: bytes(of: #"\r"#)
        default: controlEscape(of: byte)
        }
    }

    /// The six bytes of `\u00XX` for a byte below 0x20, out of a table of all.
    private static func controlEscape(of byte: UInt8) -> UnsafeRawBufferPointer {
        let start = 6 * Int(byte)
        return UnsafeRawBufferPointer(rebasing: bytes(of: controlEscapes)[start..<start + 6])
    }

    private static let controlEscapes: StaticString = """
        \\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007\\u0008\\u0009\\u000a\\u000b\\u000c\\u000d\\u000e\\u000f\
        \\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f
        """

    /// A literal's bytes, which live as long as the program.
    private static func bytes(of literal: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }
}
