/// Lets the rest of a test go on until `condition` holds. It is asked once a millisecond.
///
/// A test that was cancelled, as one is that passes its time limit, waits no longer.
public func until(_ condition: () async throws -> Bool) async rethrows {
    while try await !condition(), !Task.isCancelled {
        // Cancelled, it returns at once, and so does the loop.
        try? await Task.sleep(for: .milliseconds(1))
    }
}
