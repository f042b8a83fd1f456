import Synchronization

/// What has come and was not asked for, for one who asks at a time.
final class Mailbox<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var last: Item?
        var reader: CheckedContinuation<Item, Never>?
    }

    private let state = Mutex(State())

    func put(_ item: Item) {
        take(item, isLast: false)
    }

    /// Puts an item that every later reader gets once the others are gone. The first one counts.
    func finish(with item: Item) {
        take(item, isLast: true)
    }

    func next() async -> Item {
        await withCheckedContinuation { continuation in
            let item: Item? = state.withLock { state in
                if !state.items.isEmpty { return state.items.removeFirst() }
                if let last = state.last { return last }
                state.reader = continuation
                return nil
            }
            if let item { continuation.resume(returning: item) }
        }
    }

    private func take(_ item: Item, isLast: Bool) {
        let reader: CheckedContinuation<Item, Never>? = state.withLock { state in
            guard state.last == nil else { return nil }
            if isLast { state.last = item }
            defer { state.reader = nil }
            if state.reader == nil, !isLast { state.items.append(item) }
            return state.reader
        }
        reader?.resume(returning: item)
    }
}
