import CPostgres

/// A libpq connection, closed when it goes.
///
/// libpq wants one thread at a time on a connection: the thread that connects owns it until it hands it to the poll thread, which is its
/// only user from then on. The inbox between them orders their accesses.
final class ConnectionHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQfinish(pointer) }

    /// The descriptor to poll; negative when there is none any more.
    var socket: Int32 { PQsocket(pointer) }

    /// Whether libpq has given the connection up.
    var isBroken: Bool { PQstatus(pointer) != CONNECTION_OK }

    /// What libpq last complained of.
    var message: String { PQerrorMessage(pointer).map { String(cString: $0) } ?? "" }
}

/// What cancels the statement that a connection runs, from any thread, while the connection lives on elsewhere.
final class CancelHandle: @unchecked Sendable {
    // Made on the poll thread, then used by one other thread alone; it shares nothing with the connection.
    private let pointer: OpaquePointer

    init?(_ connection: ConnectionHandle) {
        guard let pointer = PQgetCancel(connection.pointer) else { return nil }
        self.pointer = pointer
    }

    deinit { PQfreeCancel(pointer) }

    /// Blocks until the server has passed the signal on, or could not be reached.
    func send() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { complaint in
            _ = PQcancel(pointer, complaint.baseAddress, Int32(complaint.count))
        }
    }
}
