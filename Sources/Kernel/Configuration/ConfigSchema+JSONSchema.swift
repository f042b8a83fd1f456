extension ConfigSchema {
    /// JSON Schema (draft 2020-12) of the whole file, for editors: every key with its type and default, no others allowed.
    public func jsonSchema() -> String {
        let members: [(String, JSONText)] = [
            ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
            ("title", .text("mana-sync configuration")),
        ]
        return JSONText.object(members + ConfigSchema.members(of: .mapping(root))).rendered() + "\n"
    }

    private static func members(of shape: ConfigShape) -> [(String, JSONText)] {
        switch shape {
        case .text, .secret: [("type", .text("string"))]
        case .flag: [("type", .text("boolean"))]
        case .integer(let range):
            [
                ("type", .text("integer")), ("minimum", .literal("\(range.lowerBound)")),
                ("maximum", .literal("\(range.upperBound)")),
            ]
        case .number: [("type", .text("number"))]
        case .duration: [("type", .text("string")), ("pattern", .text("^[0-9]+(ns|us|ms|s|m|h|d)$"))]
        case .size:
            [
                (
                    "anyOf",
                    .array([
                        .object([("type", .text("integer")), ("minimum", .literal("0"))]),
                        .object([("type", .text("string")), ("pattern", .text("^[0-9]+(KiB|MiB|GiB|TiB)$"))]),
                    ])
                )
            ]
        case .choice(let cases): [("enum", .array(cases.map(JSONText.text)))]
        case .optional(let shape):
            [("anyOf", .array([.object(members(of: shape)), .object([("type", .text("null"))])]))]
        case .list(let element): [("type", .text("array")), ("items", .object(members(of: element)))]
        case .dictionary(let value): [("type", .text("object")), ("additionalProperties", .object(members(of: value)))]
        case .mapping(let mapping): members(of: mapping)
        case .any: []
        }
    }

    private static func members(of mapping: ConfigShape.Mapping) -> [(String, JSONText)] {
        let properties = mapping.fields.map { field in
            var members = ConfigSchema.members(of: field.shape)
            let isMapping = if case .mapping = field.shape { true } else { false }
            if !isMapping, !field.shape.isSecret, let value = mapping.defaults?[field.name] {
                members.append(("default", json(value, field.shape)))
            }
            return (field.name, JSONText.object(members))
        }
        let required = mapping.fields.filter {
            !$0.shape.isOptional && mapping.defaults?[$0.name] == nil && !mapping.isGroup
        }
        var members: [(String, JSONText)] = [
            ("type", .text("object")), ("additionalProperties", .literal("false")), ("properties", .object(properties)),
        ]
        if !required.isEmpty { members.append(("required", .array(required.map { .text($0.name) }))) }
        return members
    }

    private static func json(_ node: ConfigNode, _ shape: ConfigShape) -> JSONText {
        switch (node.content, shape.required) {
        case (.null, _): .literal("null")
        case (.scalar(let scalar), .flag), (.scalar(let scalar), .integer), (.scalar(let scalar), .number):
            .literal(scalar.text)
        case (.scalar(let scalar), .size) where Int(decimalDigits: scalar.text) != nil: .literal(scalar.text)
        case (_, .secret): .text(Secret.redacted)
        case (.scalar(let scalar), _): .text(scalar.text)
        case (.list(let elements), let shape): .array(elements.map { json($0, shape.descendant(at: ["0"]) ?? .any) })
        case (.mapping(let entries), let shape):
            .object(entries.map { ($0.key, json($0.value, shape.descendant(at: [$0.key]) ?? .any)) })
        }
    }
}
