/// Reads Swift values from a tree whose shape has been checked. What still fails, a type's own decoding that refuses its text, is
/// thrown as a ``Failure`` that knows where.
struct ConfigDecoder: Decoder {
    let node: ConfigNode
    let path: [String]
    var codingPath: [any CodingKey] { path.map(ConfigKey.init(stringValue:)) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    struct Failure: Error {
        let path: [String]
        let node: ConfigNode
        let message: String
    }

    static func decode<Value: Decodable>(_ type: Value.Type, from node: ConfigNode, path: [String] = []) throws -> Value
    {
        let special: Any?
        switch type {
        case is Duration.Type: special = node.text.flatMap(Duration.init(configText:))
        case is ByteSize.Type: special = node.text.flatMap { ByteSize($0) }
        case is Secret.Type: special = node.text.map(Secret.init)
        case is String.Type: special = node.text
        case is Bool.Type: special = node.text.flatMap(ScalarText.flag)
        case let type as any FixedWidthInteger.Type: special = node.text.flatMap { integer($0, as: type) }
        case is Double.Type: special = node.text.flatMap(ScalarText.number)
        case is Float.Type: special = node.text.flatMap(ScalarText.number).map { Float($0) }
        default:
            do {
                return try type.init(from: ConfigDecoder(node: node, path: path))
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure(path: path, node: node, message: "is no valid value")
            }
        }
        guard let value = special as? Value else {
            throw Failure(path: path, node: node, message: "is of a wrong type")
        }
        return value
    }

    private static func integer<Value: FixedWidthInteger>(_ text: String, as type: Value.Type) -> Value? {
        ScalarText.integer(text).flatMap { Value(exactly: $0) }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .mapping = node.content else { throw failure("is no mapping") }
        return KeyedDecodingContainer(Keyed(node: node, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let elements) = node.content else { throw failure("is no list") }
        return Unkeyed(elements: elements, path: path)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        Single(node: node, path: path)
    }

    private func failure(_ message: String) -> Failure {
        Failure(path: path, node: node, message: message)
    }
}

struct ConfigKey: CodingKey {
    let stringValue: String
    var intValue: Int? { Int(decimalDigits: stringValue) }

    init(stringValue: String) { self.stringValue = stringValue }
    init(intValue: Int) { stringValue = "\(intValue)" }
}

extension ConfigNode {
    /// The text of a scalar.
    var text: String? {
        if case .scalar(let scalar) = content { scalar.text } else { nil }
    }
}

extension ConfigDecoder {
    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let node: ConfigNode
        let path: [String]
        var codingPath: [any CodingKey] { path.map(ConfigKey.init(stringValue:)) }
        var allKeys: [Key] { node.entries.compactMap { Key(stringValue: $0.key) } }

        func contains(_ key: Key) -> Bool { node[key.stringValue] != nil }

        func decodeNil(forKey key: Key) -> Bool { node[key.stringValue]?.isNull ?? true }

        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
            let child = try child(key)
            return try ConfigDecoder.decode(type, from: child.node, path: child.path)
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> {
            try child(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try child(key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { ConfigDecoder(node: node["super"] ?? node, path: path) }

        func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }

        private func child(_ key: Key) throws -> ConfigDecoder {
            guard let child = node[key.stringValue] else {
                throw Failure(path: path, node: node, message: "needs the key '\(key.stringValue)'")
            }
            return ConfigDecoder(node: child, path: path + [key.stringValue])
        }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let elements: [ConfigNode]
        let path: [String]
        var currentIndex = 0
        var codingPath: [any CodingKey] { path.map(ConfigKey.init(stringValue:)) }
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        init(elements: [ConfigNode], path: [String]) {
            self.elements = elements
            self.path = path
        }

        mutating func decodeNil() -> Bool {
            guard !isAtEnd, elements[currentIndex].isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let next = try next()
            return try ConfigDecoder.decode(type, from: next.node, path: next.path)
        }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> {
            try next().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }

        mutating func superDecoder() throws -> any Decoder { try next() }

        private mutating func next() throws -> ConfigDecoder {
            guard !isAtEnd else {
                throw Failure(path: path, node: ConfigNode(.list(elements)), message: "has too few elements")
            }
            defer { currentIndex += 1 }
            return ConfigDecoder(node: elements[currentIndex], path: path + ["\(currentIndex)"])
        }
    }

    private struct Single: SingleValueDecodingContainer {
        let node: ConfigNode
        let path: [String]
        var codingPath: [any CodingKey] { path.map(ConfigKey.init(stringValue:)) }

        func decodeNil() -> Bool { node.isNull }

        func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
            try ConfigDecoder.decode(type, from: node, path: path)
        }
    }
}
