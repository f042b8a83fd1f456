/// A small JSON document as a tree: a token's header and claims, a key set.
///
/// Stricter than the grammar: no object has two members of one name, and every string is one that Unicode can hold. Not for the sync
/// path, which keeps slices.
public enum JSONValue: Sendable {
    /// A member of an object.
    public struct Member: Sendable {
        /// The name, unlike every other of the object, scalar by scalar.
        public let name: String
        /// The value.
        public let value: JSONValue
    }

    case null
    case bool(Bool)
    /// A number as it was written, which may be beyond `Double`.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// An object's members in the order of the text.
    case object([Member])
}

extension JSONValue {
    /// The value of an object's member, names compared scalar by scalar; nil if there is none, or this is no object.
    public subscript(name: String) -> JSONValue? {
        members?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// An object's members; nil for every other value.
    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// An array's elements; nil for every other value.
    public var elements: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// A string's value; nil for every other value.
    public var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// A boolean's value; nil for every other value.
    public var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    /// A number's value if it is an integer within `Int`'s range, however it is written.
    public var integer: Int? {
        guard case .number(var text) = self else { return nil }
        return text.withUTF8 { JSONNumber.integer(UnsafeRawBufferPointer($0)) }
    }

    /// The double nearest to a number's value, if finite.
    public var double: Double? {
        guard case .number(var text) = self else { return nil }
        return text.withUTF8 { JSONNumber.double(UnsafeRawBufferPointer($0)) }
    }
}
