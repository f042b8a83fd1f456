import JSONScanner

/// The members of a changeset that the server reads.
enum ChangesetMember {
    case clientID, since, schemaVersion, changes

    /// The member of this name, however it is escaped; nil for one that nobody knows.
    init?(_ name: JSONSlice, in bytes: UnsafeRawBufferPointer) {
        if name.equals("clientId", in: bytes) {
            self = .clientID
        } else if name.equals("since", in: bytes) {
            self = .since
        } else if name.equals("schemaVersion", in: bytes) {
            self = .schemaVersion
        } else if name.equals("changes", in: bytes) {
            self = .changes
        } else {
            return nil
        }
    }
}

/// The members of a change that the server reads.
enum ChangeMember: CaseIterable {
    case table, record, operation, data, fields, deletedAt, eventID, space, actor, origin, schemaVersion

    /// The member of this name, however it is escaped; nil for one that nobody knows.
    init?(_ name: JSONSlice, in bytes: UnsafeRawBufferPointer) {
        guard !name.hasEscapes else {
            guard let member = Self.allCases.first(where: { name.equals($0.name, in: bytes) }) else { return nil }
            self = member
            return
        }
        // Lengths tell most names apart, which spares comparing with all of them.
        let candidate: ChangeMember
        switch (name.contentRange.count, bytes[name.contentRange.lowerBound]) {
        case (2, UInt8(ascii: "i")): candidate = .record
        case (2, UInt8(ascii: "o")): candidate = .operation
        case (4, _): candidate = .data
        case (5, UInt8(ascii: "t")): candidate = .table
        case (5, UInt8(ascii: "a")): candidate = .actor
        case (6, UInt8(ascii: "f")): candidate = .fields
        case (6, UInt8(ascii: "o")): candidate = .origin
        case (7, UInt8(ascii: "e")): candidate = .eventID
        case (7, UInt8(ascii: "s")): candidate = .space
        case (9, _): candidate = .deletedAt
        case (13, _): candidate = .schemaVersion
        default: return nil
        }
        guard name.equals(candidate.name, in: bytes) else { return nil }
        self = candidate
    }

    private var name: StaticString {
        switch self {
        case .table: "table"
        case .record: "id"
        case .operation: "op"
        case .data: "data"
        case .fields: "fields"
        case .deletedAt: "deletedAt"
        case .eventID: "eventId"
        case .space: "spaceId"
        case .actor: "actor"
        case .origin: "origin"
        case .schemaVersion: "schemaVersion"
        }
    }
}
