/// The configuration that is in force: defaults, then the file, then environment variables, then command-line flags, checked as a
/// whole (spec: kernel.md, "Configuration").
///
/// An immutable value; a reload loads another one.
public struct Configuration: Sendable {
    let schema: ConfigSchema
    /// The merged values of all sections.
    let root: ConfigNode
    let sections: [String: any ConfigSection]

    /// The section at `path`.
    /// - Precondition: the schema that was loaded has a section of this type there.
    public func section<S: ConfigSection>(_ type: S.Type, at path: String) -> S {
        guard let section = sections[path] as? S else {
            preconditionFailure("the schema has no section \(S.self) at '\(path)'")
        }
        return section
    }

    /// Whether the section at `path` is switched on: what its key `enabled` says, true where it has no such key, false where there
    /// is no such section.
    public func isEnabled(_ path: String) -> Bool {
        guard let section = schema.sections.first(where: { $0.path == path }) else { return false }
        guard section.isSwitchable else { return true }
        let key = ConfigPath.steps(path) + [ConfigSchema.switchKey]
        return root.descendant(at: key[...])?.text == "true"
    }

    /// What a plugin's failure to start does to the server (spec: kernel.md, "Failure").
    public enum FailurePolicy: String, Sendable, CaseIterable {
        /// The server does not start.
        case refuse
        /// The plugin's routes answer 503, and readiness names it.
        case degrade
    }

    /// What the key `onFailure` of a switchable section says.
    public func failurePolicy(of path: String) -> FailurePolicy {
        let key = ConfigPath.steps(path) + [ConfigSchema.failureKey]
        return root.descendant(at: key[...])?.text.flatMap(FailurePolicy.init(rawValue:)) ?? .refuse
    }

    /// Where the value of a key, `server.port`, or a section comes from. A key that does not exist is `.default`.
    public func location(of path: String) -> ConfigLocation {
        root.descendant(at: ConfigPath.steps(path)[...])?.location ?? .default
    }

    /// Whether the section at `path` has the same values in both, wherever they come from. A reload leaves such a section's plugin
    /// alone.
    public func hasSameValues(as other: Configuration, at path: String) -> Bool {
        let steps = ConfigPath.steps(path)[...]
        return switch (root.descendant(at: steps), other.root.descendant(at: steps)) {
        case (let left?, let right?): left.hasSameValues(as: right)
        case (nil, nil): true
        default: false
        }
    }

    /// JSON Schema of the file; see ``ConfigSchema/jsonSchema()``.
    public func jsonSchema() -> String {
        schema.jsonSchema()
    }
}
