public import HTTPTypes

extension HTTPField.Name {
    /// A field name written in the source, in lower or mixed case.
    public static func known(_ name: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name("\(name)") else { preconditionFailure("not a field name: \(name)") }
        return name
    }
}
