import NIOPosix
import Synchronization

/// What others ask of the poll thread.
enum Command: Sendable {
    case submit(PendingRequest, since: ContinuousClock.Instant)
    case submitInSession(PendingRequest, session: UInt64)
    case openSession(PendingSession, since: ContinuousClock.Instant)
    case closeSession(UInt64)
    /// A task that waits for a request or a session was cancelled.
    case cancel(UInt64)
    case addListener(ListenerSpecification)
    case removeListener(UInt64)
    case listenerAnswered(UInt64, PostgresError?)
    case connected(Int, Result<ConnectionHandle, PostgresError>)
    case cancelDelivered(connection: Int)
    /// Refuse what comes, end what is under way, and then the thread.
    case drain(until: ContinuousClock.Instant)
}

/// A session that waits for a connection.
struct PendingSession: Sendable {
    let id: UInt64
    /// Called on the poll thread; must not block.
    let answer: @Sendable (PostgresError?) -> Void
}

/// The way to the thread that polls: an inbox, and what wakes the thread when something is put into it.
final class PollThread: Sendable {
    private struct Inbox {
        var commands: [Command] = []
        var isEnded = false
    }

    private let inbox = Mutex(Inbox())
    private let wakeUp: WakeUp
    private let thread = NIOThreadPool(numberOfThreads: 1)

    init() throws(PostgresError) {
        wakeUp = try WakeUp()
    }

    /// The descriptor that is readable while the inbox may hold something.
    var descriptor: Int32 { wakeUp.descriptor }

    /// Puts a command into the inbox; false when the thread has ended, and then nobody will look at it.
    @discardableResult
    func post(_ command: Command) -> Bool {
        let (isTaken, isFirst) = inbox.withLock { inbox in
            guard !inbox.isEnded else { return (false, false) }
            inbox.commands.append(command)
            return (true, inbox.commands.count == 1)
        }
        if isFirst { wakeUp.signal() }
        return isTaken
    }

    /// Takes all that was posted.
    func takeCommands() -> [Command] {
        wakeUp.clear()
        return inbox.withLock { inbox in
            let commands = inbox.commands
            inbox.commands.removeAll(keepingCapacity: commands.count <= 4096)
            return commands
        }
    }

    /// Takes what is left; nothing is taken in after it.
    func end() -> [Command] {
        inbox.withLock { inbox in
            inbox.isEnded = true
            defer { inbox.commands = [] }
            return inbox.commands
        }
    }

    /// Starts the thread with what it does.
    func start(_ run: @escaping @Sendable () -> Void) {
        thread.start()
        thread.submit { _ in run() }
    }

    /// Waits until the thread has ended.
    func join() async {
        await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
            thread.shutdownGracefully { _ in ended.resume() }
        }
    }
}
