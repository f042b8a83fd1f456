import Domain
import JSONScanner
import Kernel

/// The protocol's kinds of values, read from slices of the body.
extension JSONSlice {
    /// The string as a name: at most 512 bytes of UTF-8, without U+0000 and lone surrogates; may be empty. nil for anything else.
    func name(in bytes: UnsafeRawBufferPointer) -> String? {
        guard kind == .string else { return nil }
        guard hasEscapes else {
            return contentRange.count <= longestName ? String(decoding: bytes[contentRange], as: UTF8.self) : nil
        }
        // An escape is at most six bytes for each byte that it stands for: what is longer need not be unescaped to be refused.
        guard contentRange.count <= 6 * longestName, let name = string(in: bytes), name.utf8.count <= longestName,
            !name.utf8.contains(0)
        else { return nil }
        return name
    }

    /// The string as a name that is not empty, or nil.
    func nonEmptyName(in bytes: UnsafeRawBufferPointer) -> String? {
        guard contentRange.count > 0 else { return nil }
        return name(in: bytes)
    }

    /// The string as an RFC 3339 timestamp, or nil.
    func instant(in bytes: UnsafeRawBufferPointer) -> UnixTime? {
        guard kind == .string else { return nil }
        guard hasEscapes else { return UnixTime(rfc3339: UnsafeRawBufferPointer(rebasing: bytes[contentRange])) }
        return string(in: bytes).flatMap { UnixTime(rfc3339: $0) }
    }

    /// The string as an event id, or nil.
    func eventID(in bytes: UnsafeRawBufferPointer) -> EventID? {
        guard kind == .string else { return nil }
        guard hasEscapes else { return EventID(text: UnsafeRawBufferPointer(rebasing: bytes[contentRange])) }
        return string(in: bytes).flatMap { EventID(text: $0) }
    }

    /// The string as an operation, or nil.
    func operation(in bytes: UnsafeRawBufferPointer) -> Operation? {
        if equals("update", in: bytes) { return .update }
        if equals("insert", in: bytes) { return .insert }
        return equals("delete", in: bytes) ? .delete : nil
    }

    /// What a `schemaVersion` says.
    func schemaVersion(in bytes: UnsafeRawBufferPointer) -> SchemaVersion {
        switch kind {
        case .null: return .absent
        case .number: break
        default: return .unreadable
        }
        if let number = integer(in: bytes) {
            return number <= 0 ? .known(1) : number <= Changeset.newestSchemaVersion ? .known(number) : .unsupported
        }
        // Fractions, and integers beyond Int's range.
        if bytes[range.lowerBound] == UInt8(ascii: "-") { return .known(1) }
        let value = double(in: bytes) ?? .infinity
        return value > Double(Changeset.newestSchemaVersion) ? .unsupported : .unreadable
    }
}

/// What a `schemaVersion` says (spec: protocol.md: absent or at most 0 means 1).
enum SchemaVersion: Equatable {
    /// Nothing: what is around it decides.
    case absent
    /// A version that the server knows.
    case known(Int)
    /// One above the newest that the server knows.
    case unsupported
    /// No integer.
    case unreadable
}
