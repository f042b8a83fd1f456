import Kernel
import ServiceLifecycle
import Synchronization

/// Wakes thousands of connections, each at a time of its own, with one task that sleeps: to the second, never too early.
final class LiveTimers: Service {
    /// A call that is due at some second.
    struct Alarm: Sendable {
        fileprivate let second: Int64
        fileprivate let id: UInt64
    }

    private struct State {
        var alarms: [Int64: [UInt64: @Sendable () -> Void]] = [:]
        var nextID: UInt64 = 0
        /// Everything up to this second was called.
        var done: Int64 = 0
    }

    private let time: any TimeSource
    private let state: Mutex<State>

    init(time: any TimeSource) {
        self.time = time
        state = Mutex(State(done: time.elapsed.components.seconds))
    }

    /// Has `fire` called once `delay` has passed, or at the next second where it is not above zero. The call must not block.
    func after(_ delay: Duration, _ fire: @escaping @Sendable () -> Void) -> Alarm {
        let due = (time.elapsed + max(delay, .zero)).components
        return state.withLock { state in
            state.nextID += 1
            let second = max(due.attoseconds > 0 ? due.seconds + 1 : due.seconds, state.done + 1)
            state.alarms[second, default: [:]][state.nextID] = fire
            return Alarm(second: second, id: state.nextID)
        }
    }

    /// Forgets an alarm. It may be called even so, if it is about to.
    func cancel(_ alarm: Alarm) {
        state.withLock { state in
            state.alarms[alarm.second]?[alarm.id] = nil
            if state.alarms[alarm.second]?.isEmpty == true { state.alarms[alarm.second] = nil }
        }
    }

    func run() async throws {
        while true {
            callDue()
            try await time.sleep(for: .seconds(1))
        }
    }

    /// Calls what is due by now.
    func callDue() {
        for fire in takeDue() { fire() }
    }

    /// How many calls wait for their time.
    var count: Int { state.withLock { $0.alarms.values.reduce(0) { $0 + $1.count } } }

    private func takeDue() -> [@Sendable () -> Void] {
        let now = time.elapsed.components.seconds
        return state.withLock { state in
            guard state.done < now else { return [] }
            let seconds =
                now - state.done < 60
                ? (state.done + 1...now).filter { state.alarms[$0] != nil }
                : state.alarms.keys.filter { $0 <= now }.sorted()
            state.done = now
            return seconds.flatMap { state.alarms.removeValue(forKey: $0)?.values.map(\.self) ?? [] }
        }
    }
}
