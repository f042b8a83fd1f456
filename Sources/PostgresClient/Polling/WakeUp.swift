import CPostgres

/// What any thread can signal and one polls for: an eventfd where there are such.
final class WakeUp: Sendable {
    /// The descriptor to poll for input.
    let descriptor: Int32
    private let writer: Int32

    init() throws(PostgresError) {
        var descriptors: (Int32, Int32) = (-1, -1)
        let failure = withUnsafeMutableBytes(of: &descriptors) { bytes in
            cpostgres_wakeup_open(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard failure == 0 else { throw PostgresError(.other, "No descriptor is free to wake the poll thread with.") }
        (descriptor, writer) = descriptors
    }

    deinit {
        var descriptors = (descriptor, writer)
        withUnsafeMutableBytes(of: &descriptors) { bytes in
            cpostgres_wakeup_close(bytes.assumingMemoryBound(to: Int32.self).baseAddress)
        }
    }

    /// Makes the descriptor readable.
    func signal() { cpostgres_wakeup_signal(writer) }

    /// Makes it unreadable again.
    func clear() { cpostgres_wakeup_clear(descriptor) }
}
