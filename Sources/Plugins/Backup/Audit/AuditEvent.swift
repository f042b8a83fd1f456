import Domain
import Kernel

/// Something that is to be on record (spec: backup.md, "Backup runs").
struct AuditEvent: Hashable, Sendable {
    /// What happened.
    var type: AuditEventType
    /// Who did it: a user's id, an API key's name, `system@mana-sync`; a pseudonym where a user was erased.
    var actorID: String
    /// Their address, where the token names it.
    var actorEmail: String?
    /// Of whose data it is.
    var scope: AuditScope
    /// Which one, where there are several.
    var scopeRoot: String?
    /// What else is worth knowing. Never anything of the content.
    var metadata = JSONObject().text
}

/// The kinds of events. What was once written is not renamed.
struct AuditEventType: RawRepresentable, Hashable, Sendable {
    let rawValue: String

    /// A user's data was erased.
    static let userErased = AuditEventType(rawValue: "user_erased")
}

/// Of whose data an event is.
enum AuditScope: String, Sendable {
    /// One user's.
    case user
    /// The whole server's.
    case org
}

/// An event on record.
struct AuditEntry: Hashable, Sendable {
    /// Its place: 1, 2, 3, …, without gaps.
    let number: Int64
    let event: AuditEvent
    let createdAt: UnixTime
    /// The SHA-256 of the entry and of the digest before it.
    let digest: SHA256Digest

    /// Puts an event behind the entry before it, whose digest is given; nil before the first.
    init(
        number: Int64, event: AuditEvent, createdAt: UnixTime, after previous: SHA256Digest?
    ) throws(CryptoError) {
        self.number = number
        self.event = event
        self.createdAt = createdAt
        digest = try Self.digest(of: event, number: number, createdAt: createdAt, after: previous)
    }

    /// An entry as it is on record.
    init(number: Int64, event: AuditEvent, createdAt: UnixTime, digest: SHA256Digest) {
        self.number = number
        self.event = event
        self.createdAt = createdAt
        self.digest = digest
    }

    /// Whether the entry is what was written, right behind the entry with the digest `previous`.
    func follows(_ previous: SHA256Digest?) throws(CryptoError) -> Bool {
        try digest == Self.digest(of: event, number: number, createdAt: createdAt, after: previous)
    }

    /// The SHA-256 of the digest before, and of each value behind its length in eight bytes, big-endian; -1 for one that there is not.
    private static func digest(
        of event: AuditEvent, number: Int64, createdAt: UnixTime, after previous: SHA256Digest?
    ) throws(CryptoError) -> SHA256Digest {
        var bytes = previous?.bytes ?? []
        func add(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        for text in [
            String(number), event.type.rawValue, event.actorID, event.actorEmail, event.scope.rawValue,
            event.scopeRoot, event.metadata, String(createdAt.microseconds),
        ] {
            add(Int64(text?.utf8.count ?? -1))
            bytes.append(contentsOf: (text ?? "").utf8)
        }
        return try SHA256Digest.of(bytes)
    }

    /// The entry as `GET /api/admin/audit` shows it.
    var json: String {
        var object = JSONObject()
        object.add("id", Int(number))
        object.add("event_type", event.type.rawValue)
        object.add("actor_id", event.actorID)
        object.add("actor_email", event.actorEmail)
        object.add("scope", event.scope.rawValue)
        object.add("scope_root", event.scopeRoot)
        object.add("metadata", json: event.metadata)
        object.add("created_at", createdAt.rfc3339)
        object.add("sha256", digest.hexadecimal)
        return object.text
    }
}
