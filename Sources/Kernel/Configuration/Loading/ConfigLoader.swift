/// Builds a ``Configuration`` layer by layer and gathers what is wrong on the way.
struct ConfigLoader {
    private let schema: ConfigSchema
    private let shape: ConfigShape
    private var written = ConfigNode(.mapping([]))
    private var diagnostics: [ConfigDiagnostic]
    /// Keys whose value was refused and that now have another one, which is not worth a second complaint.
    private var rejected: Set<String> = []

    init(schema: ConfigSchema) {
        self.schema = schema
        shape = .mapping(schema.root)
        diagnostics = schema.faults
    }

    /// Reads the file, or `text` in its place.
    mutating func readFile(_ path: String?, text: String?) {
        let source: ConfigSource
        do throws(ConfigDiagnostic) {
            if let text {
                source = try ConfigSource(name: "inline", text: text)
            } else if let path {
                source = try ConfigSource(path: path)
            } else {
                return
            }
        } catch {
            diagnostics.append(error)
            return
        }
        let (root, problems) = YAMLReader.read(source)
        diagnostics += problems
        if let root { lay(root, shape, path: []) }
    }

    /// Reads the variables that the sections bind.
    mutating func read(_ environment: [String: String]) {
        for binding in schema.sections.flatMap({ $0.type.environment }) {
            guard let text = environment[binding.variable] else { continue }
            let location = ConfigLocation.environment(variable: binding.variable)
            switch binding.meaning {
            case .text(let path): set(path, text: text, at: location)
            case .parsed(let parse):
                do throws(ConfigValueError) {
                    for (path, value) in try parse(text) { set(path, ConfigNode(value: value, at: location)) }
                } catch {
                    diagnostics.append(ConfigDiagnostic(location: location, message: error.message))
                }
            }
        }
    }

    /// Reads command-line flags.
    mutating func read(_ overrides: [ConfigOverride]) {
        for override in overrides { set(override.path, text: override.value, at: .flag(name: override.flag)) }
    }

    /// Completes the layers with the defaults, decodes and validates every section.
    func finish() throws(ConfigurationErrors) -> Configuration {
        var diagnostics = diagnostics
        let root = ConfigLayers.complete(
            written, shape, defaults: schema.root.defaults, path: [], missing: &diagnostics)
        var finisher = SectionFinisher(root: root, rejected: rejected, diagnostics: diagnostics)
        var sections: [String: any ConfigSection] = [:]
        for section in schema.sections {
            sections[section.path] = finisher.finish(section.type, at: section.path)
        }
        guard finisher.diagnostics.isEmpty else { throw ConfigurationErrors(finisher.diagnostics) }
        return Configuration(schema: schema, root: root, sections: sections)
    }

    /// One text for a key, as an environment variable and a flag give it.
    private mutating func set(_ path: String, text: String, at location: ConfigLocation) {
        let shape = shape.descendant(at: ConfigPath.steps(path)[...])
        switch (shape, shape?.required) {
        case (_, .list):
            var elements: [ConfigNode] = []
            for element in text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false) {
                let trimmed = element.drop { $0.isWhitespace }
                let end = trimmed.lastIndex { !$0.isWhitespace }
                guard let end else {
                    reject(path, at: location, "an element of the list is empty")
                    return
                }
                elements.append(.untyped(String(trimmed[...end]), at: location))
            }
            set(path, ConfigNode(.list(elements), at: location))
        case (.optional?, .text), (.optional?, .secret):
            set(path, text.isEmpty ? ConfigNode(.null, at: location) : .untyped(text, at: location))
        case (let shape?, _) where text.isEmpty:
            reject(path, at: location, "expected \(shape.wording), found nothing")
        default:
            set(path, .untyped(text, at: location))
        }
    }

    private mutating func set(_ path: String, _ value: ConfigNode) {
        let steps = ConfigPath.steps(path)
        guard let target = shape.descendant(at: steps[...]) else {
            diagnostics.append(ConfigDiagnostic(location: value.location, message: "there is no key '\(path)'"))
            return
        }
        lay(value, target, path: steps)
    }

    private mutating func lay(_ value: ConfigNode, _ target: ConfigShape, path: [String]) {
        var checker = ShapeChecker()
        let kept = checker.check(value, target, path: path)
        diagnostics += checker.diagnostics
        rejected.formUnion(checker.rejected)
        if let kept { written = ConfigLayers.overlay(kept.nested(under: path), over: written) }
    }

    private mutating func reject(_ path: String, at location: ConfigLocation, _ message: String) {
        rejected.insert(path)
        diagnostics.append(ConfigDiagnostic(location: location, message: "\(path): \(message)"))
    }
}
