/// A dictionary of bounded size: what was used longest ago makes room for what is new.
///
/// Using a value and putting one in take constant time, and memory only while the table grows to its capacity.
struct RecencyTable<Key: Hashable, Value> {
    private struct Node {
        var key: Key
        var value: Value
        /// The places of the neighbours in the order of use; `nowhere` at the ends.
        var newer: Int
        var older: Int
    }

    private static var nowhere: Int { -1 }

    private let capacity: Int
    private var places: [Key: Int] = [:]
    private var nodes: [Node] = []
    private var newest = nowhere
    private var oldest = nowhere

    /// A table of at most `capacity` values, and of one at least.
    init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    /// How many values there are.
    var count: Int { nodes.count }

    /// The value of `key`, which is now the one used last.
    mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        moveToFront(place)
        return nodes[place].value
    }

    /// Sets the value of `key`, which is now the one used last; at capacity the one used longest ago goes.
    mutating func set(_ key: Key, to value: Value) {
        if let place = places[key] {
            nodes[place].value = value
            moveToFront(place)
        } else if nodes.count < capacity {
            nodes.append(Node(key: key, value: value, newer: Self.nowhere, older: Self.nowhere))
            places[key] = nodes.count - 1
            pushFront(nodes.count - 1)
        } else {
            let place = oldest
            unlink(place)
            places[nodes[place].key] = nil
            places[key] = place
            nodes[place].key = key
            nodes[place].value = value
            pushFront(place)
        }
    }

    /// Changes the value of `key` if there is one. This is no use of it.
    mutating func change(_ key: Key, _ body: (inout Value) -> Void) {
        if let place = places[key] { body(&nodes[place].value) }
    }

    /// Changes every value.
    mutating func changeAll(_ body: (inout Value) -> Void) {
        for place in nodes.indices { body(&nodes[place].value) }
    }

    private mutating func moveToFront(_ place: Int) {
        guard place != newest else { return }
        unlink(place)
        pushFront(place)
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (nodes[place].newer, nodes[place].older)
        if newer == Self.nowhere { newest = older } else { nodes[newer].older = older }
        if older == Self.nowhere { oldest = newer } else { nodes[older].newer = newer }
    }

    private mutating func pushFront(_ place: Int) {
        nodes[place].newer = Self.nowhere
        nodes[place].older = newest
        if newest == Self.nowhere { oldest = place } else { nodes[newest].newer = place }
        newest = place
    }
}
