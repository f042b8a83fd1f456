import Domain

/// The body of a push, read and checked (spec: protocol.md, "POST /sync/{appId}").
///
/// Payloads share memory with the request's body; those of `fields` with one buffer of the changeset's own.
struct Changeset: Sendable {
    /// The newest version of the changes' schema that the server knows.
    static let newestSchemaVersion = 1

    /// The body's `clientId`, none if absent, null or empty. An `X-Client-Id` header, which wins, is the caller's business.
    var clientID: ClientID?
    /// The cursor as the client sent it, not lowered to the server's clock; the beginning if absent, null or empty.
    var since: Cursor
    /// The changeset's own version, which holds for changes that name none; at least 1.
    var schemaVersion: Int
    /// The changes in the request's order.
    var changes: [PushedChange]
    /// How many field timestamps and `deletedAt`s were too far ahead of the server's clock and have been lowered.
    var loweredTimestamps: Int
}
