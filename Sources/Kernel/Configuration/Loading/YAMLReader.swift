import Yams

/// Reads a configuration file as a tree with positions: one YAML document, no anchors, aliases or tags, every key a text.
struct YAMLReader {
    private let source: ConfigSource
    private var uniqueKeys: YAMLDuplicateKeys
    private var diagnostics: [ConfigDiagnostic] = []

    /// Deeper files are refused.
    private static let depthLimit = 32

    /// The root of the file, without what `diagnostics` complains about; nil where the file is empty or is no YAML.
    static func read(_ source: ConfigSource) -> (root: ConfigNode?, diagnostics: [ConfigDiagnostic]) {
        var reader = YAMLReader(source: source, uniqueKeys: YAMLDuplicateKeys(source: source))
        let root = reader.readDocument()
        return (root, reader.diagnostics + reader.uniqueKeys.diagnostics)
    }

    private init(source: ConfigSource, uniqueKeys: YAMLDuplicateKeys) {
        self.source = source
        self.uniqueKeys = uniqueKeys
    }

    private mutating func readDocument() -> ConfigNode? {
        if let bomb = YAMLAliases(source: source).firstOfTooMany {
            report(bomb, YAMLReader.noAliases)
            return nil
        }
        while true {
            do {
                // The parser owns the anchors, to which nodes hold weak references.
                let parser = try Parser(yaml: uniqueKeys.text, resolver: .basic, encoding: .utf8)
                let root = try parser.singleRoot()
                return withExtendedLifetime(parser) {
                    root.flatMap { read($0, key: location(of: $0), depth: 0) }
                }
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                guard uniqueKeys.rename(keys.first ?? "", at: context.mark) else { return nil }
            } catch {
                diagnostics.append(YAMLProblem(error, source: source).diagnostic)
                return nil
            }
        }
    }

    private mutating func read(_ node: Node, key: ConfigLocation, depth: Int) -> ConfigNode? {
        let place = location(of: node)
        if node.anchor != nil {
            report(place, YAMLReader.noAliases)
            return nil
        }
        guard depth < YAMLReader.depthLimit else {
            report(place, "nested too deeply")
            return nil
        }
        switch node {
        case .scalar(let scalar):
            return read(scalar, at: place, key: key)
        case .sequence(let sequence):
            guard accepts(sequence.tag, at: place) else { return nil }
            let elements = sequence.compactMap { read($0, key: location(of: $0), depth: depth + 1) }
            return elements.count == sequence.count ? ConfigNode(.list(elements), at: key) : nil
        case .mapping(let mapping):
            guard accepts(mapping.tag, at: place) else { return nil }
            var lines: [String: Int] = [:]
            let entries = mapping.compactMap { entry($0.key, $0.value, after: &lines, depth: depth) }
            return ConfigNode(.mapping(entries), at: key)
        case .alias:
            report(place, YAMLReader.noAliases)
            return nil
        }
    }

    private mutating func read(_ scalar: Node.Scalar, at place: ConfigLocation, key: ConfigLocation) -> ConfigNode? {
        let isPlain = scalar.style == .plain
        let tag = scalar.tag.rawValue
        guard tag == Tag.Name.implicit.rawValue || !isPlain && tag == Tag.Name.str.rawValue else {
            report(place, YAMLReader.noTags)
            return nil
        }
        if isPlain && ScalarText.isNull(scalar.string) { return ConfigNode(.null, at: key) }
        let form: ConfigNode.Scalar.Form = isPlain ? .plain : .quoted
        return ConfigNode(.scalar(ConfigNode.Scalar(text: scalar.string, form: form)), at: place)
    }

    /// One key of a mapping and its value; `lines` has the keys before it. Of equal keys the first one stays.
    private mutating func entry(_ key: Node, _ value: Node, after lines: inout [String: Int], depth: Int) -> ConfigNode
        .Entry?
    {
        let place = location(of: key)
        guard case .scalar(let scalar) = key, key.anchor == nil, !scalar.string.isEmpty else {
            report(place, key.anchor == nil ? "a key must be text" : YAMLReader.noAliases)
            return nil
        }
        let name = uniqueKeys.name(of: scalar.string, at: key.mark)
        if let line = lines[name] {
            report(place, "duplicate key '\(ConfigNode.shown(name))', first written in line \(line)")
            return nil
        }
        lines[name] = key.mark?.line ?? 1
        return read(value, key: place, depth: depth + 1).map {
            ConfigNode.Entry(key: name, keyLocation: place, value: $0)
        }
    }

    private mutating func accepts(_ tag: Tag, at place: ConfigLocation) -> Bool {
        let isImplicit = tag.rawValue == Tag.Name.implicit.rawValue
        if !isImplicit { report(place, YAMLReader.noTags) }
        return isImplicit
    }

    private mutating func report(_ location: ConfigLocation, _ message: String) {
        diagnostics.append(ConfigDiagnostic(location: location, message: message))
    }

    private func location(of node: Node) -> ConfigLocation {
        .file(name: source.name, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private static let noAliases = "anchors and aliases are not supported; write the value out"
    private static let noTags = "tags are not supported; remove it"
}
