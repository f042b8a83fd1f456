/// Finds the shape of a type by decoding it from nothing: every container hands out placeholders (or the defaults, where there
/// are some) and notes what it is asked for.
///
/// A type whose decoding refuses placeholders and has no defaults, an enum that is not `CaseIterable` inside of a list's element
/// say, gets ``ConfigShape/any``: then only its own decoding checks it.
enum ShapeProbe {
    /// The shape of `type`, whose value by default is `defaults`.
    static func shape<Value: Decodable>(of type: Value.Type, defaults: ConfigNode?, depth: Int = 0) -> ConfigShape {
        switch type {
        case is String.Type: return .text
        case is Bool.Type: return .flag
        case is Duration.Type: return .duration
        case is ByteSize.Type: return .size
        case is Secret.Type: return .secret
        case is Double.Type, is Float.Type: return .number
        case let integer as any FixedWidthInteger.Type: return self.integer(integer)
        case let choice as any (CaseIterable & RawRepresentable).Type:
            if let cases = cases(of: choice) { return .choice(cases) }
        case let container as any ShapedContainer.Type: return container.shape(depth: depth + 1)
        default: break
        }
        // A type that holds itself has no finite shape.
        guard depth < 16 else { return .any }
        var defaults = defaults
        if defaults == nil, let section = type as? any ConfigSection.Type {
            defaults = try? ConfigEncoder.encode(section.init())  // absence: the type then has no defaults
        }
        let record = ProbeRecord(defaults: defaults, depth: depth)
        do {
            _ = try Value(from: ProbeDecoder(record: record))
        } catch {
            return record.single ?? .any
        }
        return record.shape
    }

    /// A value of `type` for the decoding to go on with.
    static func placeholder<Value: Decodable>(of type: Value.Type, defaults: ConfigNode?, depth: Int) throws -> Value {
        if let defaults { return try ConfigDecoder.decode(type, from: defaults) }
        let candidates: [Any] = ["", false, Duration.zero, ByteSize(bytes: 0), Secret("")]
        for candidate in candidates {
            if let value = candidate as? Value { return value }
        }
        if type is any (Decodable & Numeric).Type { return try ConfigDecoder.decode(type, from: .untyped("0")) }
        if let container = type as? any ShapedContainer.Type, let value = container.empty as? Value { return value }
        if let choice = type as? any CaseIterable.Type, let value = first(of: choice) as? Value { return value }
        guard depth < 16 else {
            throw ConfigDecoder.Failure(path: [], node: ConfigNode(.null), message: "is recursive")
        }
        return try Value(from: ProbeDecoder(record: ProbeRecord(defaults: nil, depth: depth)))
    }

    private static func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> ConfigShape {
        .integer((Int128(exactly: Value.min) ?? .min)...(Int128(exactly: Value.max) ?? .max))
    }

    private static func cases<Value: CaseIterable & RawRepresentable>(of type: Value.Type) -> [String]? {
        let texts = type.allCases.compactMap { $0.rawValue as? String }
        return texts.count == type.allCases.count ? texts : nil
    }

    private static func first<Value: CaseIterable>(of type: Value.Type) -> Any? {
        type.allCases.first
    }
}

/// The standard library's containers, whose elements have shapes of their own.
private protocol ShapedContainer {
    static func shape(depth: Int) -> ConfigShape
    static var empty: Self { get }
}

extension Optional: ShapedContainer where Wrapped: Decodable {
    fileprivate static var empty: Self { nil }

    fileprivate static func shape(depth: Int) -> ConfigShape {
        .optional(ShapeProbe.shape(of: Wrapped.self, defaults: nil, depth: depth))
    }
}

extension Array: ShapedContainer where Element: Decodable {
    fileprivate static var empty: Self { [] }

    fileprivate static func shape(depth: Int) -> ConfigShape {
        .list(ShapeProbe.shape(of: Element.self, defaults: nil, depth: depth))
    }
}

extension Set: ShapedContainer where Element: Decodable {
    fileprivate static var empty: Self { [] }

    fileprivate static func shape(depth: Int) -> ConfigShape {
        .list(ShapeProbe.shape(of: Element.self, defaults: nil, depth: depth))
    }
}

extension Dictionary: ShapedContainer where Key == String, Value: Decodable {
    fileprivate static var empty: Self { [:] }

    fileprivate static func shape(depth: Int) -> ConfigShape {
        .dictionary(ShapeProbe.shape(of: Value.self, defaults: nil, depth: depth))
    }
}
