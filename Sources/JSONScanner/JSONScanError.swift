/// Why a text was refused, and where.
///
/// It holds nothing of the text itself, so its description is safe to log and to answer with.
public struct JSONScanError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The reasons. The raw values are stable and may be shown to clients.
    public enum Reason: String, Equatable, Sendable, CaseIterable {
        /// The bytes are no well-formed UTF-8 (Unicode 15, table 3-7). The offset is that of the ill-formed sequence's first byte.
        case invalidUTF8 = "invalid_utf8"
        /// The text ends within a value. The offset is the text's length.
        case unexpectedEnd = "unexpected_end"
        /// A byte that the grammar does not allow at its place; a byte order mark too.
        case unexpectedByte = "unexpected_byte"
        /// A number against the grammar of RFC 8259 section 6.
        case invalidNumber = "invalid_number"
        /// A word that is none of `true`, `false` and `null`.
        case invalidLiteral = "invalid_literal"
        /// A byte below 0x20 within a string.
        case controlCharacter = "control_character"
        /// A backslash that begins none of the escapes of RFC 8259 section 7.
        case invalidEscape = "invalid_escape"
        /// More levels of objects and arrays than allowed. The offset is that of the bracket that opens the first level too many.
        case tooDeep = "too_deep"
        /// Something other than whitespace after the root value.
        case trailingBytes = "trailing_bytes"

        /// The value that comes next is no object, or the innermost open container is none.
        case expectedObject = "expected_object"
        /// The value that comes next is no array, or the innermost open container is none.
        case expectedArray = "expected_array"
        /// A value was asked for where none stands: a fault of the caller, never of the text.
        case noValueHere = "no_value_here"

        /// Two members of one object bear the same name (only where a tree is parsed). The offset is the second name's.
        case duplicateMember = "duplicate_member"
        /// A string with half a surrogate pair, which no Unicode string can hold (only where a tree is parsed).
        case loneSurrogate = "lone_surrogate"
        /// The text is longer than allowed (only where a tree is parsed). The offset is the limit.
        case tooLong = "too_long"
    }

    /// Why the text was refused.
    public let reason: Reason
    /// The place, in bytes from the text's start.
    public let offset: Int

    /// An error with its place.
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The stable reason and the offset.
    public var description: String { "\(reason.rawValue) at byte \(offset)" }
}
