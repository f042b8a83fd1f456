/// One thing that is wrong with the configuration.
public struct ConfigDiagnostic: Sendable, Hashable {
    /// Where it is wrong.
    public let location: ConfigLocation
    /// What is wrong and, where it is known, what to write instead. Names the key; never shows a secret.
    public let message: String
}

extension ConfigDiagnostic: CustomStringConvertible {
    /// `Config/mana-sync.yaml:12:5: unknown key 'hots' in server; did you mean 'host'?`
    public var description: String {
        "\(location): \(message)"
    }
}

/// Everything that is wrong with the configuration, at once (spec: kernel.md, "Configuration").
public struct ConfigurationErrors: Error, Sendable {
    /// In the order of their positions; never empty.
    public let diagnostics: [ConfigDiagnostic]

    init(_ diagnostics: [ConfigDiagnostic]) {
        var seen: Set<ConfigDiagnostic> = []
        let unique = diagnostics.filter { seen.insert($0).inserted }
        self.diagnostics = unique.enumerated()
            .sorted { ($0.element.location, $0.offset) < ($1.element.location, $1.offset) }
            .map(\.element)
    }
}

extension ConfigurationErrors: CustomStringConvertible {
    /// One line each.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
