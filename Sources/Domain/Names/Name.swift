/// A name that one kind of thing goes by, so that a user's id is never taken for a space's.
///
/// Names are compared by their UTF-8 bytes as the wire carried them; the server gives them no other meaning.
public struct Name<Kind>: Hashable, Sendable, CustomStringConvertible {
    /// The name as text.
    public let text: String

    /// A name that the caller has checked.
    public init(_ text: String) {
        self.text = text
    }

    public var description: String { text }

    public static func == (left: Name, right: Name) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// The kind of a ``UserID``.
public enum UserKind {}
/// The kind of a ``ClientID``.
public enum ClientKind {}
/// The kind of a ``SpaceID``.
public enum SpaceKind {}
/// The kind of a ``TableName``.
public enum TableKind {}
/// The kind of a ``RecordID``.
public enum RecordKind {}

/// A user: a token's `sub`.
public typealias UserID = Name<UserKind>
/// One installation of an app; never empty (a request without one has none).
public typealias ClientID = Name<ClientKind>
/// A group of users who share records; never empty.
public typealias SpaceID = Name<SpaceKind>
/// A table, which the protocol also calls collection; never empty.
public typealias TableName = Name<TableKind>
/// A record of a table; never empty.
public typealias RecordID = Name<RecordKind>

/// The most UTF-8 bytes that a name may have (spec: protocol.md, `invalid_change`).
public let longestName = 512
