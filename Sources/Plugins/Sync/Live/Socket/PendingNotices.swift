import Domain
import JSONScanner
import NIOCore

/// What a WebSocket's peer is still to be told: the tables of each app that were written into. Wake-ups of the same table are one.
///
/// Bounded: what does not fit is the caller's to deal with, for nothing may be lost.
struct PendingNotices {
    /// The most tables of all apps together.
    static let mostTables = 1024
    /// The most bytes of their names as they are written. A single notice may have more, where nothing else waits: names of control
    /// characters are written in six times their length, and whoever takes what they are sent must not be sent away for them.
    static let mostBytes = 64 << 10

    private var tables: [AppID: Set<TableName>] = [:]
    private var tableCount = 0
    private var bytes = 0

    var isEmpty: Bool { tables.isEmpty }

    /// Takes a notice in; false, with nothing changed, where it does not fit.
    mutating func insert(_ notice: ChangeNotice) -> Bool {
        let new = tables[notice.app].map { notice.tables.subtracting($0) } ?? notice.tables
        let newBytes = new.reduce(0) { $0 + JSONStringToken.length(of: $1.text) }
        let fits = tableCount + new.count <= Self.mostTables && bytes + newBytes <= Self.mostBytes
        guard fits || isEmpty else { return false }
        tables[notice.app, default: []].formUnion(new)
        tableCount += new.count
        bytes += newBytes
        return true
    }

    /// Takes everything out, as one message for each app.
    mutating func take() -> [ByteBuffer] {
        defer { self = PendingNotices() }
        return tables.map { app, tables in
            var message = ByteBuffer()
            message.writeStaticString(#"{"type":"sync-available","appId":"#)
            message.writeToken(app.text)
            message.writeStaticString(#","tables":["#)
            for (position, table) in tables.enumerated() {
                if position > 0 { message.writeStaticString(",") }
                message.writeToken(table.text)
            }
            message.writeStaticString("]}")
            return message
        }
    }
}
