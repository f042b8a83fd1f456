/// Turns the defaults of a section into a tree. What it writes is what ``ConfigDecoder`` reads, secrets in the clear: the tree
/// stays inside of this module.
struct ConfigEncoder: Encoder {
    let slot: ConfigSlot
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func encode(_ value: some Encodable) throws -> ConfigNode {
        let slot = ConfigSlot()
        try slot.write(value, codingPath: [])
        return slot.node
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.content = .mapping([])
        return KeyedEncodingContainer(Keyed(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.content = .list([])
        return Unkeyed(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        Single(slot: slot, codingPath: codingPath)
    }
}

/// The place of one value while it is being encoded.
final class ConfigSlot {
    enum Content {
        case null
        case scalar(String)
        case list([ConfigSlot])
        case mapping([(String, ConfigSlot)])
    }

    var content: Content = .null

    var node: ConfigNode {
        switch content {
        case .null: ConfigNode(.null)
        case .scalar(let text): .untyped(text)
        case .list(let slots): ConfigNode(.list(slots.map(\.node)))
        case .mapping(let pairs):
            ConfigNode(
                .mapping(pairs.map { ConfigNode.Entry(key: $0.0, keyLocation: .default, value: $0.1.node) }))
        }
    }

    func write<Value: Encodable>(_ value: Value, codingPath: [any CodingKey]) throws {
        switch value {
        case let duration as Duration: content = .scalar(duration.configText)
        case let size as ByteSize: content = .scalar(size.description)
        case let secret as Secret: content = .scalar(secret.reveal)
        case let text as String: content = .scalar(text)
        case let flag as Bool: content = .scalar(flag ? "true" : "false")
        case let number as any BinaryInteger & LosslessStringConvertible: content = .scalar(number.description)
        case let number as any BinaryFloatingPoint & LosslessStringConvertible: content = .scalar(number.description)
        default: try value.encode(to: ConfigEncoder(slot: self, codingPath: codingPath))
        }
    }

    func append() -> ConfigSlot {
        let slot = ConfigSlot()
        if case .list(let slots) = content { content = .list(slots + [slot]) }
        return slot
    }

    func insert(_ key: String) -> ConfigSlot {
        let slot = ConfigSlot()
        if case .mapping(let pairs) = content { content = .mapping(pairs + [(key, slot)]) }
        return slot
    }
}

extension ConfigEncoder {
    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let slot: ConfigSlot
        let codingPath: [any CodingKey]

        func encodeNil(forKey key: Key) { _ = slot.insert(key.stringValue) }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            try slot.insert(key.stringValue).write(value, codingPath: codingPath + [key])
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            ConfigEncoder(slot: slot.insert(key.stringValue), codingPath: codingPath + [key]).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            ConfigEncoder(slot: slot.insert(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
        }

        func superEncoder() -> any Encoder {
            ConfigEncoder(slot: slot.insert("super"), codingPath: codingPath)
        }

        func superEncoder(forKey key: Key) -> any Encoder {
            ConfigEncoder(slot: slot.insert(key.stringValue), codingPath: codingPath + [key])
        }
    }

    private struct Unkeyed: UnkeyedEncodingContainer {
        let slot: ConfigSlot
        let codingPath: [any CodingKey]
        var count: Int {
            if case .list(let slots) = slot.content { slots.count } else { 0 }
        }

        func encodeNil() { _ = slot.append() }

        func encode<Value: Encodable>(_ value: Value) throws {
            try slot.append().write(value, codingPath: codingPath)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            ConfigEncoder(slot: slot.append(), codingPath: codingPath).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            ConfigEncoder(slot: slot.append(), codingPath: codingPath).unkeyedContainer()
        }

        func superEncoder() -> any Encoder {
            ConfigEncoder(slot: slot.append(), codingPath: codingPath)
        }
    }

    private struct Single: SingleValueEncodingContainer {
        let slot: ConfigSlot
        let codingPath: [any CodingKey]

        func encodeNil() { slot.content = .null }

        func encode<Value: Encodable>(_ value: Value) throws {
            try slot.write(value, codingPath: codingPath)
        }
    }
}
