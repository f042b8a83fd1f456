package import Domain

/// The places in the log of one push's changes: those stored now and those recognised.
package struct OwnChanges: Sendable {
    /// A stored change; the id is nil where its place alone tells it from all others.
    private struct Entry {
        var place: Int64
        var eventID: EventID?
    }

    private var entries: [Entry] = []
    private var isSorted = true

    /// None.
    package init() {}

    /// How many there are.
    package var count: Int { entries.count }

    /// Adds a change that a server of ours wrote: no other has its place.
    package mutating func insert(place: Int64) {
        append(Entry(place: place))
    }

    /// Adds a change that may share its place with others, as inherited rows do.
    package mutating func insert(place: Int64, eventID: EventID) {
        append(Entry(place: place, eventID: eventID))
    }

    private mutating func append(_ entry: Entry) {
        if let last = entries.last, last.place > entry.place { isSorted = false }
        entries.append(entry)
    }

    /// Puts the entries in order, which ``contains(place:eventID:)`` needs.
    package mutating func sort() {
        guard !isSorted else { return }
        entries.sort { $0.place < $1.place }
        isSorted = true
    }

    /// Whether the push has the change at this place with this id.
    package func contains(place: Int64, eventID: @autoclosure () -> EventID) -> Bool {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].place < place { low = middle + 1 } else { high = middle }
        }
        while low < entries.count, entries[low].place == place {
            guard let id = entries[low].eventID, id != eventID() else { return true }
            low += 1
        }
        return false
    }
}
