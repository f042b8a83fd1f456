/// Turns the completed tree into sections, and lets them validate themselves.
struct SectionFinisher {
    let root: ConfigNode
    let rejected: Set<String>
    private(set) var diagnostics: [ConfigDiagnostic]

    init(root: ConfigNode, rejected: Set<String>, diagnostics: [ConfigDiagnostic]) {
        self.root = root
        self.rejected = rejected
        self.diagnostics = diagnostics
    }

    /// The section at `path`; its defaults stand in for values that its own decoding refuses, each of which is reported.
    mutating func finish<S: ConfigSection>(_ type: S.Type, at path: String) -> S? {
        let steps = ConfigPath.steps(path)
        guard var node = root.descendant(at: steps[...]), let defaults = try? ConfigEncoder.encode(S()) else {
            return nil
        }
        var refused: Set<String> = []
        while true {
            do {
                let section = try ConfigDecoder.decode(type, from: node)
                validate(section, at: steps, except: refused)
                return section
            } catch let failure as ConfigDecoder.Failure {
                let key = ConfigPath.text(steps + failure.path)
                let location = failure.node.location
                diagnostics.append(ConfigDiagnostic(location: location, message: "\(key) \(failure.message)"))
                // Every round gives one more key its default, until what is left decodes.
                guard let repaired = node.repairing(failure.path, from: defaults), refused.insert(key).inserted else {
                    return nil
                }
                node = repaired
            } catch {
                diagnostics.append(
                    ConfigDiagnostic(location: node.location, message: "\(path) cannot be read: \(error)"))
                return nil
            }
        }
    }

    private mutating func validate(_ section: some ConfigSection, at steps: [String], except refused: Set<String>) {
        var check = ConfigCheck()
        section.validate(&check)
        for finding in check.findings {
            let key = steps + ConfigPath.steps(finding.key)
            let text = ConfigPath.text(key)
            guard !rejected.contains(text), !refused.contains(text) else { continue }
            diagnostics.append(ConfigDiagnostic(location: location(of: key), message: "\(text): \(finding.message)"))
        }
    }

    /// Where the key was set; for a default the nearest place around it.
    private func location(of key: [String]) -> ConfigLocation {
        for count in stride(from: key.count, through: 1, by: -1) {
            if let location = root.descendant(at: key.prefix(count))?.location, location != .default { return location }
        }
        return .default
    }
}
