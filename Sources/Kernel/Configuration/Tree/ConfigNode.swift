/// A value of the configuration before it has a Swift type, with where it comes from.
struct ConfigNode: Sendable {
    var content: Content
    /// Of a scalar, the scalar itself; of a list, a mapping and null, the key that holds it.
    var location: ConfigLocation

    enum Content: Sendable {
        case null
        case scalar(Scalar)
        case list([ConfigNode])
        case mapping([Entry])
    }

    struct Scalar: Sendable, Hashable {
        let text: String
        let form: Form

        enum Form: Sendable {
            /// Unquoted YAML: a number, true or null is not a text.
            case plain
            /// Quoted YAML: always a text.
            case quoted
            /// From an environment variable, a flag or the defaults: takes the type of its key.
            case untyped
        }
    }

    struct Entry: Sendable {
        let key: String
        let keyLocation: ConfigLocation
        var value: ConfigNode
    }

    init(_ content: Content, at location: ConfigLocation = .default) {
        self.content = content
        self.location = location
    }

    /// A scalar that takes the type of its key.
    static func untyped(_ text: String, at location: ConfigLocation = .default) -> ConfigNode {
        ConfigNode(.scalar(Scalar(text: text, form: .untyped)), at: location)
    }

    /// The value of an environment variable, all of it at `location`.
    init(value: ConfigValue, at location: ConfigLocation) {
        switch value {
        case .null: self.init(.null, at: location)
        case .scalar(let text): self = .untyped(text, at: location)
        case .list(let elements): self.init(.list(elements.map { ConfigNode(value: $0, at: location) }), at: location)
        case .mapping(let pairs):
            let entries = pairs.map {
                Entry(key: $0.key, keyLocation: location, value: ConfigNode(value: $0.value, at: location))
            }
            self.init(.mapping(entries), at: location)
        }
    }

    var isNull: Bool {
        if case .null = content { true } else { false }
    }

    /// The entries of a mapping; none for anything else.
    var entries: [Entry] {
        if case .mapping(let entries) = content { entries } else { [] }
    }

    /// The value of a key of a mapping.
    subscript(key: String) -> ConfigNode? {
        entries.first { $0.key == key }?.value
    }
}

extension ConfigNode {
    /// The value below this one; steps into lists are indexes in decimal digits.
    func descendant(at path: ArraySlice<String>) -> ConfigNode? {
        guard let step = path.first else { return self }
        let child: ConfigNode?
        if case .list(let elements) = content {
            child = Int(decimalDigits: step).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        } else {
            child = self[step]
        }
        return child?.descendant(at: path.dropFirst())
    }

    /// This value with the keys of `path` around it, all at its location.
    func nested(under path: [String]) -> ConfigNode {
        path.reversed().reduce(self) { node, key in
            ConfigNode(.mapping([Entry(key: key, keyLocation: location, value: node)]), at: location)
        }
    }

    /// This tree with the value at `path`, or the list around it, as it is in `defaults`; nil where there is none.
    func repairing(_ path: [String], from defaults: ConfigNode) -> ConfigNode? {
        guard let step = path.first, let initial = defaults[step], case .mapping(var entries) = content,
            let index = entries.firstIndex(where: { $0.key == step })
        else { return nil }
        entries[index].value = entries[index].value.repairing(Array(path.dropFirst()), from: initial) ?? initial
        return ConfigNode(.mapping(entries), at: location)
    }

    /// Whether both hold the same values, wherever they come from.
    func hasSameValues(as other: ConfigNode) -> Bool {
        switch (content, other.content) {
        case (.null, .null): true
        case (.scalar(let left), .scalar(let right)): left.text == right.text
        case (.list(let left), .list(let right)): left.elementsEqual(right) { $0.hasSameValues(as: $1) }
        case (.mapping(let left), .mapping(let right)):
            left.count == right.count
                && left.allSatisfy { entry in other[entry.key]?.hasSameValues(as: entry.value) ?? false }
        default: false
        }
    }
}
