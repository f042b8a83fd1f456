import NIOCore

/// One timer on an event loop for a deadline that moves all the time. A later deadline costs nothing: the timer fires at the
/// earlier instant, and whoever it wakes sets it anew.
struct DeadlineTimer {
    private var scheduled: (task: Scheduled<Void>, at: NIODeadline)?

    /// Has `action` run on `eventLoop` at `deadline`, or earlier.
    mutating func set(
        _ deadline: NIODeadline?, on eventLoop: any EventLoop, action: @escaping () -> Void
    ) {
        guard let deadline else { return }
        if let scheduled {
            guard deadline < scheduled.at else { return }
            scheduled.task.cancel()
        }
        let action = NIOLoopBound(action, eventLoop: eventLoop)
        scheduled = (eventLoop.scheduleTask(deadline: deadline) { action.value() }, deadline)
    }

    /// To be called by the action.
    mutating func fired() {
        scheduled = nil
    }

    mutating func cancel() {
        scheduled?.task.cancel()
        scheduled = nil
    }
}
