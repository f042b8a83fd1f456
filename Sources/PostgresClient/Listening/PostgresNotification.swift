import CPostgres

/// A message that somebody sent with NOTIFY or `pg_notify`.
public struct PostgresNotification: Sendable, Equatable {
    /// Where it was sent to.
    public var channel: String
    /// What was sent; under 8,000 bytes.
    public var payload: String
    /// The server process that sent it.
    public var processID: Int32

    /// A notification of its parts.
    public init(channel: String, payload: String, processID: Int32) {
        self.channel = channel
        self.payload = payload
        self.processID = processID
    }

    init(_ notify: PGnotify) {
        self.init(
            channel: notify.relname.map { String(cString: $0) } ?? "",
            payload: notify.extra.map { String(cString: $0) } ?? "", processID: notify.be_pid)
    }
}
