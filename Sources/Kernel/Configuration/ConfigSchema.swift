/// The sections that a configuration file may have.
public struct ConfigSchema: Sendable {
    struct Section: Sendable {
        let path: String
        let type: any ConfigSection.Type
        let isSwitchable: Bool
    }

    private(set) var sections: [Section] = []
    private(set) var root = ConfigShape.Mapping(noun: "key", fields: [], isGroup: true)
    /// Faults of the sections themselves; they are reported by every load.
    private(set) var faults: [ConfigDiagnostic] = []

    /// No sections.
    public init() {}

    /// Adds a section.
    /// - Parameters:
    ///   - path: `server`, or `plugins.sync` for a section of a group. Two sections at one path make every load fail.
    ///   - switchable: whether the section also has the keys `enabled`, false by default, and `onFailure`; see
    ///     ``Configuration/isEnabled(_:)`` and ``Configuration/failurePolicy(of:)``.
    public mutating func add<S: ConfigSection>(_ section: S.Type, at path: String, switchable: Bool = false) {
        var defaults: ConfigNode
        do {
            defaults = try ConfigEncoder.encode(S())
        } catch {
            faults.append(
                ConfigDiagnostic(location: .default, message: "\(path): its defaults cannot be encoded: \(error)"))
            return
        }
        guard case .mapping(var shape) = ShapeProbe.shape(of: S.self, defaults: defaults) else {
            faults.append(ConfigDiagnostic(location: .default, message: "\(path): \(S.self) is no section with keys"))
            return
        }
        if switchable {
            for key in ConfigSchema.switches.reversed()
            where !shape.fields.contains(where: { $0.name == key.field.name }) {
                shape.fields.insert(key.field, at: 0)
                let entry = ConfigNode.Entry(
                    key: key.field.name, keyLocation: .default, value: .untyped(key.defaultText))
                defaults = ConfigNode(.mapping([entry] + defaults.entries))
            }
        }
        shape.defaults = defaults
        guard root.insert(.mapping(shape), at: ConfigPath.steps(path)[...], defaults: defaults) else {
            faults.append(ConfigDiagnostic(location: .default, message: "\(path): there are two sections of this name"))
            return
        }
        sections.append(Section(path: path, type: section, isSwitchable: switchable))
    }

    static let switchKey = "enabled"
    static let failureKey = "onFailure"

    /// The keys that every switchable section has besides its own.
    private static let switches = [
        (field: ConfigShape.Field(name: switchKey, shape: .flag), defaultText: "false"),
        (
            field: ConfigShape.Field(
                name: failureKey, shape: .choice(Configuration.FailurePolicy.allCases.map(\.rawValue))),
            defaultText: Configuration.FailurePolicy.refuse.rawValue
        ),
    ]
}
