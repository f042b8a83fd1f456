/// Something that listens on channels until it is stopped; it reconnects by itself.
public struct PostgresListener: Sendable {
    let id: UInt64
    let thread: PollThread

    /// Closes the connection; ``PostgresListenerEvent/ended`` is the last event. Does nothing the second time.
    public func stop() {
        thread.post(.removeListener(id))
    }
}
