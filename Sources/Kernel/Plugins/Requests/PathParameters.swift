/// The decoded values of a path's parameters, by name.
public struct PathParameters: Hashable, Sendable {
    private var entries: [Entry] = []

    private struct Entry: Hashable {
        let name: String
        let value: String
    }

    init() {}

    init(names: [String], values: [String]) {
        entries = zip(names, values).map { Entry(name: $0, value: $1) }
    }

    /// The value of the parameter `name` of the route's path; empty if the path has no such parameter.
    public subscript(name: String) -> String {
        for entry in entries where entry.name == name { return entry.value }
        return ""
    }
}
