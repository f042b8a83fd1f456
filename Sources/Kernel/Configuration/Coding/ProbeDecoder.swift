/// What one type asked for while it was decoded by a ``ProbeDecoder``.
final class ProbeRecord {
    let defaults: ConfigNode?
    let depth: Int
    var fields: [ConfigShape.Field] = []
    /// Set where the type decodes itself from a single value.
    var single: ConfigShape?
    private var isKeyed = false
    private var optionalKeys: Set<String> = []

    init(defaults: ConfigNode?, depth: Int) {
        self.defaults = defaults
        self.depth = depth
    }

    var shape: ConfigShape {
        // A type without properties asks for nothing; its defaults still say that it has keys.
        guard isKeyed || single == nil && hasMappingDefaults else { return single ?? .any }
        return .mapping(ConfigShape.Mapping(fields: fields, defaults: defaults))
    }

    private var hasMappingDefaults: Bool {
        if case .mapping = defaults?.content { true } else { false }
    }

    func open() {
        isKeyed = true
    }

    /// The next note of the key is that of an optional.
    func noteOptional(_ key: String) {
        optionalKeys.insert(key)
    }

    func note(_ key: String, _ shape: ConfigShape) {
        guard !fields.contains(where: { $0.name == key }) else { return }
        let isOptional = optionalKeys.contains(key)
        fields.append(ConfigShape.Field(name: key, shape: isOptional ? .optional(shape) : shape))
    }

    /// The default of a key, where there is one that is not null.
    func value(of key: String) -> ConfigNode? {
        defaults?[key].flatMap { $0.isNull ? nil : $0 }
    }
}

/// See ``ShapeProbe``.
struct ProbeDecoder: Decoder {
    let record: ProbeRecord
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        record.open()
        return KeyedDecodingContainer(Keyed(record: record))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        record.single = .list(.any)
        throw Unsupported()
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { Single(record: record) }

    /// Ends the probe of a type that needs more than keys and single values; its shape is then what is known so far.
    private struct Unsupported: Error {}

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let record: ProbeRecord
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }

        /// The standard library's `decodeIfPresent` asks this first, and then decodes.
        func decodeNil(forKey key: Key) -> Bool {
            record.noteOptional(key.stringValue)
            return false
        }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let defaults = record.value(of: key.stringValue)
            record.note(key.stringValue, ShapeProbe.shape(of: type, defaults: defaults, depth: record.depth + 1))
            return try ShapeProbe.placeholder(of: type, defaults: defaults, depth: record.depth + 1)
        }

        func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
            let defaults = record.value(of: key.stringValue)
            let shape = ShapeProbe.shape(of: type, defaults: defaults, depth: record.depth + 1)
            record.noteOptional(key.stringValue)
            record.note(key.stringValue, shape)
            return nil
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            throw Unsupported()
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unsupported() }

        func superDecoder() throws -> any Decoder { throw Unsupported() }

        func superDecoder(forKey key: Key) throws -> any Decoder { throw Unsupported() }
    }

    private struct Single: SingleValueDecodingContainer {
        let record: ProbeRecord
        var codingPath: [any CodingKey] { [] }

        func decodeNil() -> Bool { false }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            record.single = ShapeProbe.shape(of: type, defaults: nil, depth: record.depth + 1)
            let defaults = record.defaults.flatMap { $0.isNull ? nil : $0 }
            return try ShapeProbe.placeholder(of: type, defaults: defaults, depth: record.depth + 1)
        }
    }
}
