import NIOCore
import Synchronization

/// The open connections of a front, counted and capped, in all and by address.
final class ConnectionRegistry: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perAddress: [AddressGroup: Int] = [:]
        var isDraining = false
        var emptied: [CheckedContinuation<Void, Never>] = []
    }

    /// What becomes of a connection.
    enum Admission: Equatable {
        case admitted
        case refused(RefusalReason)
        /// The server stops.
        case closed
    }

    /// Addresses that one peer can have at will: an IPv4 address, or the /64 network of an IPv6 address.
    private struct AddressGroup: Hashable {
        let bytes: ArraySlice<UInt8>

        init(_ address: IPAddress) {
            bytes = address.bytes.prefix(8)
        }
    }

    private let state = Mutex(State())
    private let maxConnections: Int
    /// 0 for any number.
    private let maxPerAddress: Int

    init(maxConnections: Int, maxPerAddress: Int) {
        self.maxConnections = maxConnections
        self.maxPerAddress = maxPerAddress
    }

    var count: Int { state.withLock { $0.channels.count } }

    /// Counts a connection, if it is admitted, until its channel is closed.
    func admit(_ channel: any Channel, from address: IPAddress) -> Admission {
        let group = AddressGroup(address)
        let id = ObjectIdentifier(channel)
        let admission = state.withLock { state in
            let ofAddress = state.perAddress[group, default: 0]
            if state.isDraining { return Admission.closed }
            if maxPerAddress > 0, ofAddress >= maxPerAddress { return .refused(.address) }
            if state.channels.count >= maxConnections { return .refused(.total) }
            state.channels[id] = channel
            state.perAddress[group] = ofAddress + 1
            return .admitted
        }
        if admission == .admitted {
            channel.closeFuture.whenComplete { _ in self.remove(id, group) }
        }
        return admission
    }

    /// Admits no more, and returns those that there are.
    func beginDrain() -> [any Channel] {
        state.withLock { state in
            state.isDraining = true
            return Array(state.channels.values)
        }
    }

    /// Those that are still open.
    var open: [any Channel] { state.withLock { Array($0.channels.values) } }

    /// Returns once there is no connection, or after `patience`, or when cancelled.
    func untilEmpty(for patience: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.untilEmpty() }
            group.addTask {
                // Cancelled: there is no connection any more, or no one to wait.
                try? await Task.sleep(for: patience)
                self.giveUp()
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func untilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                guard !state.channels.isEmpty else { return true }
                state.emptied.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func giveUp() {
        resumeAll(state.withLock { state in takeWaiters(&state) })
    }

    private func remove(_ id: ObjectIdentifier, _ group: AddressGroup) {
        let waiters = state.withLock { state in
            state.channels[id] = nil
            let left = state.perAddress[group, default: 1] - 1
            state.perAddress[group] = left > 0 ? left : nil
            return state.channels.isEmpty ? takeWaiters(&state) : []
        }
        resumeAll(waiters)
    }

    private func takeWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        defer { state.emptied = [] }
        return state.emptied
    }

    private func resumeAll(_ waiters: [CheckedContinuation<Void, Never>]) {
        for waiter in waiters { waiter.resume() }
    }
}
