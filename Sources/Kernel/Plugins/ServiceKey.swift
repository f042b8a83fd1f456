/// The name of a service that one plugin provides and others use, with the type of the service.
///
/// Keys that several plugins share are declared in Kernel or Domain as `static let`s of an extension, so that no plugin needs to
/// import another.
public struct ServiceKey<Value: Sendable>: Hashable, Sendable {
    /// The name that messages and `plugins list` show, for example `change-log`.
    public let name: String

    /// A key; two keys are the same if both name and type are.
    public init(_ name: String) {
        self.name = name
    }
}

/// A ``ServiceKey`` whose type is left out, for manifests.
public struct AnyServiceKey: Hashable, Sendable, CustomStringConvertible {
    /// The key's name.
    public let name: String
    private let type: ObjectIdentifier

    /// The key without its type.
    public init<Value>(_ key: ServiceKey<Value>) {
        name = key.name
        type = ObjectIdentifier(Value.self)
    }

    public var description: String { name }
}

/// The services that a plan has, by key.
struct ServiceTable: Sendable {
    private var values: [AnyServiceKey: any Sendable] = [:]

    subscript<Value>(key: ServiceKey<Value>) -> Value? {
        get { values[AnyServiceKey(key)] as? Value }
        set { values[AnyServiceKey(key)] = newValue }
    }

    func contains(_ key: AnyServiceKey) -> Bool {
        values[key] != nil
    }

    mutating func merge(_ other: ServiceTable) {
        values.merge(other.values) { _, new in new }
    }
}
