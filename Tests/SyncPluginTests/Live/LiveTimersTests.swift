import Kernel
import KernelTesting
import Synchronization
import Testing

@testable import SyncPlugin

@Suite("Timers")
struct LiveTimersTests {
    final class Calls: Sendable {
        private let names = Mutex<[String]>([])

        var all: [String] { names.withLock { $0.sorted() } }

        func add(_ name: String) { names.withLock { $0.append(name) } }
    }

    @Test("call when their time has come, at the next full second, and never before")
    func order() {
        let (time, calls) = (ManualTime(), Calls())
        let timers = LiveTimers(time: time)
        for (name, delay) in [
            ("past", -5), ("now", 0), ("half", 500), ("one", 1000), ("more", 1001), ("late", 100_000),
        ] {
            _ = timers.after(.milliseconds(delay)) { calls.add(name) }
        }
        timers.callDue()
        #expect(calls.all == [])
        time.advance(by: .milliseconds(999))
        timers.callDue()
        #expect(calls.all == [])
        time.advance(by: .milliseconds(1))
        timers.callDue()
        #expect(calls.all == ["half", "now", "one", "past"])
        time.advance(by: .seconds(1))
        timers.callDue()
        #expect(calls.all == ["half", "more", "now", "one", "past"])
        time.advance(by: .seconds(1000))
        timers.callDue()
        #expect(calls.all.contains("late"))
        #expect(timers.count == 0)
    }

    @Test("that are cancelled do not call, and leave nothing behind")
    func cancel() {
        let (time, calls) = (ManualTime(), Calls())
        let timers = LiveTimers(time: time)
        let alarms = (0..<3).map { number in timers.after(.seconds(1)) { calls.add("\(number)") } }
        timers.cancel(alarms[1])
        time.advance(by: .seconds(1))
        timers.callDue()
        #expect(calls.all == ["0", "2"])
        for alarm in alarms { timers.cancel(alarm) }
        #expect(timers.count == 0)
    }

    @Test("set by a call are for later")
    func nested() {
        let (time, calls) = (ManualTime(), Calls())
        let timers = LiveTimers(time: time)
        _ = timers.after(.zero) { _ = timers.after(.zero) { calls.add("second") } }
        time.advance(by: .seconds(1))
        timers.callDue()
        #expect(calls.all == [])
        time.advance(by: .seconds(1))
        timers.callDue()
        #expect(calls.all == ["second"])
    }

    @Test("run as a service look every second")
    func service() async throws {
        let (time, calls) = (ManualTime(), Calls())
        let timers = LiveTimers(time: time)
        let running = Task { try await timers.run() }
        _ = timers.after(.seconds(2)) { calls.add("called") }
        for _ in 0..<3 {
            await time.waitForSleepers()
            time.advance(by: .seconds(1))
        }
        await time.waitForSleepers()
        #expect(calls.all == ["called"])
        running.cancel()
        await #expect(throws: CancellationError.self) { try await running.value }
    }
}
