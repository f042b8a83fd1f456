/// The labels of one series, in the one form that all spellings of them share.
///
/// The order of dimensions does not matter, and no two labels have one name: a second one is renamed to `exported_…`.
struct LabelSet: Hashable, Sendable {
    /// `name="value",name="value"`, sorted by name, values escaped (text format 0.0.4, "Comments, help text, and type information");
    /// empty where there are no labels.
    let text: String

    init(_ dimensions: [(String, String)]) {
        var values: [String: String] = [:]
        for (name, value) in dimensions.sorted(by: <) {
            var label = PrometheusName.label(name)
            while values[label] != nil { label = "exported_" + label }
            values[label] = value
        }
        text = values.sorted { $0.key < $1.key }
            .map { "\($0.key)=\"\(ExpositionText.escaped($0.value, quotes: true))\"" }
            .joined(separator: ",")
    }
}
