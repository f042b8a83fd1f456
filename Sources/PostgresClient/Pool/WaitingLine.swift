import NIOCore

/// What waits for a connection, in order; what is cancelled leaves from anywhere.
struct WaitingLine {
    enum Item {
        case request(PendingRequest)
        case session(PendingSession)

        var id: UInt64 {
            switch self {
            case .request(let request): request.id
            case .session(let session): session.id
            }
        }

        func fail(foundNoConnection error: PostgresError) {
            var error = error
            error.foundNoConnection = true
            fail(error)
        }

        func fail(_ error: PostgresError) {
            switch self {
            case .request(let request): request.answer(.failure(error))
            case .session(let session): session.answer(error)
            }
        }
    }

    struct Place {
        let item: Item
        let since: ContinuousClock.Instant
    }

    private var places: [UInt64: Place] = [:]
    /// Holds ids that have left, until they come to the front or are too many.
    private var order = CircularBuffer<UInt64>()

    /// How many wait.
    var count: Int { places.count }
    var isEmpty: Bool { places.isEmpty }

    /// The one whose turn it is.
    var first: Place? { order.first.flatMap { places[$0] } }

    mutating func append(_ item: Item, since: ContinuousClock.Instant) {
        places[item.id] = Place(item: item, since: since)
        order.append(item.id)
    }

    /// Lets one that had its turn already go before all others.
    mutating func prepend(_ item: Item, since: ContinuousClock.Instant) {
        places[item.id] = Place(item: item, since: since)
        order.prepend(item.id)
    }

    @discardableResult
    mutating func removeFirst() -> Place? {
        guard let id = order.popFirst() else { return nil }
        defer { skipLeft() }
        return places.removeValue(forKey: id)
    }

    mutating func remove(_ id: UInt64) -> Place? {
        guard let place = places.removeValue(forKey: id) else { return nil }
        if order.count > 2 * places.count + 64 { order = CircularBuffer(order.filter { places[$0] != nil }) }
        skipLeft()
        return place
    }

    private mutating func skipLeft() {
        while let id = order.first, places[id] == nil { order.removeFirst() }
    }
}
