import Yams

/// An error of the YAML parser in our words.
struct YAMLProblem {
    let diagnostic: ConfigDiagnostic

    init(_ error: any Error, source: ConfigSource) {
        func diagnostic(_ mark: Mark, _ message: String) -> ConfigDiagnostic {
            ConfigDiagnostic(location: .file(name: source.name, line: mark.line, column: mark.column), message: message)
        }
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            let hint = YAMLProblem.isTab(at: mark, in: source) ? "; indent with spaces, not tabs" : ""
            let place = context.map { " \($0.text)" } ?? ""
            self.diagnostic = diagnostic(mark, "no valid YAML: \(problem)\(place)\(hint)")
        case .composer(_, let problem, let mark, _):
            let isSecondDocument = problem == "but found another document"
            self.diagnostic = diagnostic(
                mark, isSecondDocument ? "the file must hold one YAML document; here a second one begins" : problem)
        case .reader(let problem, let offset, _, _):
            let byte = offset.map { source.text.prefix($0).utf8.count } ?? 0
            self.diagnostic = ConfigDiagnostic(
                location: source.location(ofByte: byte), message: "no valid YAML: \(problem)")
        default:
            self.diagnostic = ConfigDiagnostic(
                location: .file(name: source.name, line: 0, column: 0), message: "no valid YAML: \(error)")
        }
    }

    private static func isTab(at mark: Mark, in source: ConfigSource) -> Bool {
        let lines = source.text.utf8.split(
            separator: UInt8(ascii: "\n"), maxSplits: mark.line, omittingEmptySubsequences: false)
        guard lines.indices.contains(mark.line - 1) else { return false }
        return Substring(lines[mark.line - 1]).unicodeScalars.dropFirst(mark.column - 1).first == "\t"
    }
}
