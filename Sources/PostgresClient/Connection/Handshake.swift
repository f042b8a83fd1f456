import CPostgres

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One attempt to connect to one host, on a thread that may block.
struct Handshake {
    private let handle: ConnectionHandle

    /// Looks the host up, and begins.
    init(_ keywords: [String: String]) throws(PostgresError) {
        let pairs = Array(keywords)
        guard
            let pointer = Self.withCStrings(
                pairs.map(\.key),
                { keys in
                    Self.withCStrings(pairs.map(\.value)) { values in PQconnectStartParams(keys, values, 0) }
                })
        else { throw PostgresError(.other, "There is no memory for a connection.") }
        handle = ConnectionHandle(pointer)
        // Only verbose messages hold the SQLSTATE of a refused login.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        PQsetNoticeReceiver(pointer, { _, _ in }, nil)
    }

    /// Goes through TLS and authentication, and switches the connection to pipeline mode.
    ///
    /// - Throws: the refusal; `connectionLost` after `timeout`; `closed` when `stop` was signalled.
    func finish(within timeout: Duration, unless stop: WakeUp) throws(PostgresError) -> ConnectionHandle {
        let deadline = ContinuousClock.now + timeout
        var wanted = PGRES_POLLING_WRITING
        while wanted != PGRES_POLLING_OK {
            guard wanted != PGRES_POLLING_FAILED, !handle.isRefused else { throw refusal }
            let events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT
            try wait(for: Int16(events), until: deadline, unless: stop)
            wanted = PQconnectPoll(handle.pointer)
        }
        PQsetErrorVerbosity(handle.pointer, PQERRORS_DEFAULT)
        guard PQsetnonblocking(handle.pointer, 1) == 0, PQenterPipelineMode(handle.pointer) == 1 else { throw refusal }
        return handle
    }

    private var refusal: PostgresError {
        PostgresError(connecting: handle.message, neededPassword: PQconnectionNeedsPassword(handle.pointer) == 1)
    }

    private func wait(
        for events: Int16, until deadline: ContinuousClock.Instant, unless stop: WakeUp
    ) throws(PostgresError) {
        var descriptors = [
            pollfd(fd: handle.socket, events: events, revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        var ready: Int32 = 0
        repeat {
            let left = deadline - .now
            guard left > .zero else {
                throw PostgresError(.connectionLost, "The database did not answer in time.")
            }
            ready = poll(&descriptors, nfds_t(descriptors.count), left.pollMilliseconds)
        } while ready <= 0
        if descriptors[1].revents != 0 { throw .closed }
    }

    /// Lends an array of C strings that ends with NULL.
    private static func withCStrings<Value>(
        _ strings: [String], _ use: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
    ) -> Value {
        let copies = strings.map { strdup($0) }
        defer { copies.forEach { free($0) } }
        let pointers = copies.map { UnsafePointer($0) } + [nil]
        return pointers.withUnsafeBufferPointer { use($0.baseAddress) }
    }
}

extension ConnectionHandle {
    /// Whether connecting has failed for good.
    fileprivate var isRefused: Bool { PQstatus(pointer) == CONNECTION_BAD }
}
