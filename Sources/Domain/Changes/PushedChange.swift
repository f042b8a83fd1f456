/// One change of a push, read and checked, not yet stored.
public struct PushedChange: Sendable {
    /// The table that the record is in.
    public var table: TableName
    /// The record that it changes.
    public var record: RecordID
    /// What it does.
    public var operation: Operation
    /// The id that the client gave it; the log makes one where there is none.
    public var eventID: EventID?
    /// The space that it belongs to.
    public var space: SpaceID?
    /// The version of the change's schema; at least 1.
    public var schemaVersion: Int
    /// Who or what made it, opaque to the server.
    public var origin: String?
    /// What it carries.
    public var payload: Payload
    /// What a retry of this change is recognised by where it has no ``eventID``.
    public var fingerprint: ChangeFingerprint
    /// Why the user may not make it: it then goes to the quarantine and not to the log.
    public var refusal: RejectionReason?

    /// A change as the protocol's reader makes it.
    public init(
        table: TableName, record: RecordID, operation: Operation, eventID: EventID? = nil, space: SpaceID? = nil,
        schemaVersion: Int = 1, origin: String? = nil, payload: Payload = Payload(), fingerprint: ChangeFingerprint,
        refusal: RejectionReason? = nil
    ) {
        self.table = table
        self.record = record
        self.operation = operation
        self.eventID = eventID
        self.space = space
        self.schemaVersion = schemaVersion
        self.origin = origin
        self.payload = payload
        self.fingerprint = fingerprint
        self.refusal = refusal
    }
}

/// The first 16 bytes of the SHA-256 of a change's bytes as they arrived, and which of several identical ones in its request it is
/// (spec: protocol.md, "Safe to retry").
public struct ChangeFingerprint: Hashable, Sendable {
    /// Bytes 0 to 7 of the digest, big-endian.
    public var high: UInt64
    /// Bytes 8 to 15 of the digest, big-endian.
    public var low: UInt64
    /// 0 for the first change of these bytes in the request, 1 for the second, and so on.
    public var occurrence: UInt32

    /// A fingerprint of its parts.
    public init(high: UInt64, low: UInt64, occurrence: UInt32 = 0) {
        self.high = high
        self.low = low
        self.occurrence = occurrence
    }
}

/// Why a change was not stored but quarantined; `rawValue` is the stable code that clients see.
public enum RejectionReason: String, Sendable, CaseIterable {
    /// Its `eventId` belongs to another user.
    case eventConflict = "event_conflict"
    /// The user is not a member of its space.
    case notAMember = "not_a_member"
    /// The user's role in its space may only read.
    case readOnly = "read_only"

    /// A sentence for people, safe to show.
    public var message: String {
        switch self {
        case .eventConflict: "The event id is taken."
        case .notAMember: "You are not a member of the space."
        case .readOnly: "Your role in the space may only read."
        }
    }
}
