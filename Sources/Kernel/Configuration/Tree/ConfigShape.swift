/// What a value of the configuration may be: the type of a key, taken from the Swift type that holds it.
indirect enum ConfigShape: Sendable {
    case text
    case flag
    case integer(ClosedRange<Int128>)
    case number
    case duration
    case size
    case secret
    /// One of these texts.
    case choice([String])
    case optional(ConfigShape)
    case list(ConfigShape)
    /// Any keys, values of one shape.
    case dictionary(ConfigShape)
    /// These keys and no others.
    case mapping(Mapping)
    /// Whatever the type's own decoding accepts.
    case any

    struct Mapping: Sendable {
        /// What its keys name, for messages: "key", "plugin".
        var noun = "key"
        var fields: [Field]
        /// The values of keys that are not written; nil where the type has no defaults.
        var defaults: ConfigNode?
        /// Holds sections, as `plugins` does, and is none itself.
        var isGroup = false
    }

    struct Field: Sendable {
        let name: String
        var shape: ConfigShape
    }

    /// The shape without the outermost optional.
    var required: ConfigShape {
        if case .optional(let shape) = self { shape.required } else { self }
    }

    var isOptional: Bool {
        if case .optional = self { true } else { false }
    }

    /// The shape below this one; nil where no such key can be.
    func descendant(at path: ArraySlice<String>) -> ConfigShape? {
        guard let step = path.first else { return self }
        let rest = path.dropFirst()
        return switch required {
        case .mapping(let mapping): mapping.fields.first { $0.name == step }?.shape.descendant(at: rest)
        case .dictionary(let value): value.descendant(at: rest)
        case .list(let element): element.descendant(at: rest)
        default: nil
        }
    }
}

extension ConfigShape.Mapping {
    /// Puts `shape` at `path`, with the mappings around it. False where something is there already.
    mutating func insert(_ shape: ConfigShape, at path: ArraySlice<String>, defaults section: ConfigNode) -> Bool {
        guard let step = path.first else { return false }
        let index = fields.firstIndex { $0.name == step }
        guard path.count > 1 else {
            guard index == nil else { return false }
            fields.append(ConfigShape.Field(name: step, shape: shape))
            setDefault(section, of: step)
            return true
        }
        if let index {
            guard case .mapping(var inner) = fields[index].shape, inner.isGroup else { return false }
            guard inner.insert(shape, at: path.dropFirst(), defaults: section) else { return false }
            fields[index].shape = .mapping(inner)
            inner.defaults.map { setDefault($0, of: step) }
        } else {
            var inner = ConfigShape.Mapping(noun: step == "plugins" ? "plugin" : "key", fields: [], isGroup: true)
            guard inner.insert(shape, at: path.dropFirst(), defaults: section) else { return false }
            fields.append(ConfigShape.Field(name: step, shape: .mapping(inner)))
            inner.defaults.map { setDefault($0, of: step) }
        }
        return true
    }

    private mutating func setDefault(_ value: ConfigNode, of key: String) {
        var entries = defaults?.entries ?? []
        entries.removeAll { $0.key == key }
        entries.append(ConfigNode.Entry(key: key, keyLocation: .default, value: value))
        defaults = ConfigNode(.mapping(entries))
    }
}
