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
    ///   - switchable: whether the section also has the key `enabled`, false by default; see ``Configuration/isEnabled(_:)``.
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
        if switchable, !shape.fields.contains(where: { $0.name == ConfigSchema.switchKey }) {
            shape.fields.insert(ConfigShape.Field(name: ConfigSchema.switchKey, shape: .flag), at: 0)
            let entry = ConfigNode.Entry(key: ConfigSchema.switchKey, keyLocation: .default, value: .untyped("false"))
            defaults = ConfigNode(.mapping([entry] + defaults.entries))
        }
        shape.defaults = defaults
        guard root.insert(.mapping(shape), at: ConfigPath.steps(path)[...], defaults: defaults) else {
            faults.append(ConfigDiagnostic(location: .default, message: "\(path): there are two sections of this name"))
            return
        }
        sections.append(Section(path: path, type: section, isSwitchable: switchable))
    }

    static let switchKey = "enabled"
}
