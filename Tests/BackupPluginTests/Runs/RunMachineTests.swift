import ArtifactStore
import Testing

@testable import BackupPlugin

@Suite("A run as a value")
struct RunMachineTests {
    private static let bundle = StoredBundle(
        uri: ArtifactURI("file:///a"), size: 1, sha256: "00", rowCounts: ["todo": 1], entryCount: 4)

    /// The events that lead to each state.
    private static let states: [(name: String, path: [RunMachine.Event])] = [
        ("recorded", []), ("storing", [.begun]), ("verifying", [.begun, .stored(bundle)]),
        ("done", [.begun, .stored(bundle), .verified]), ("failed", [.begun, .failed(.full)]),
    ]
    private static let events: [(name: String, event: RunMachine.Event)] = [
        ("begun", .begun), ("stored", .stored(bundle)), ("verified", .verified), ("failed", .failed(.damaged)),
    ]

    /// What follows in each state; all else changes nothing.
    private static let table: [String: (state: RunMachine.State, actions: [RunMachine.Action])] = [
        "recorded begun": (.storing, [.store]),
        "recorded failed": (.failed(.damaged), [.recordFailed(.damaged)]),
        "storing stored": (.verifying(bundle), [.recordStored(bundle), .verify(bundle)]),
        "storing failed": (.failed(.damaged), [.recordFailed(.damaged)]),
        "verifying verified": (.done(bundle), [.recordDone(bundle)]),
        "verifying failed": (.failed(.damaged), [.recordFailed(.damaged), .remove(bundle.uri)]),
    ]

    @Test("does what its table says in every state at every event", arguments: states.indices, events.indices)
    func transitions(state: Int, event: Int) {
        var machine = RunMachine()
        for step in Self.states[state].path { _ = machine.handle(step) }
        let before = machine.state
        let actions = machine.handle(Self.events[event].event)
        let expected = Self.table["\(Self.states[state].name) \(Self.events[event].name)"]
        #expect(machine.state == expected?.state ?? before)
        #expect(actions == expected?.actions ?? [])
    }

    @Test("is over once it is done or failed", arguments: states.indices)
    func over(state: Int) {
        var machine = RunMachine()
        for step in Self.states[state].path { _ = machine.handle(step) }
        #expect(machine.isOver == ["done", "failed"].contains(Self.states[state].name))
    }

    @Test("ends with one note in the catalog, however events come", arguments: 0..<500)
    func anyOrder(seed: Int) {
        var random = SeededNumbers(seed: UInt64(seed))
        var machine = RunMachine()
        var notes = 0
        for _ in 0..<20 {
            for action in machine.handle(Self.events.randomElement(using: &random)?.event ?? .begun) {
                switch action {
                case .recordDone, .recordFailed: notes += 1
                default: break
                }
            }
        }
        #expect(notes == (machine.isOver ? 1 : 0))
    }
}
