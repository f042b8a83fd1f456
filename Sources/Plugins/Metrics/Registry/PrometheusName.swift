import Kernel

/// The names of metrics and labels as the Prometheus data model has them
/// (prometheus.io/docs/concepts/data_model, "Metric names and labels").
enum PrometheusName {
    /// The name under which the metric that code calls `label` is exposed: `a.b-c` becomes `a_b_c`, and a counter ends in `_total`.
    ///
    /// Colons are replaced too: the data model keeps them for recording rules.
    static func metric(_ label: String, kind: MetricDescription.Kind) -> String {
        let name = sanitized(label)
        return kind == .counter && !name.hasSuffix("_total") ? name + "_total" : name
    }

    /// The name under which the timer that code calls `label` is exposed: timers are histograms of seconds, and say so.
    static func timer(_ label: String) -> String {
        let name = sanitized(label)
        return name.hasSuffix("_seconds") ? name : name + "_seconds"
    }

    /// The name of a label. Names that Prometheus keeps for itself (`le`, `quantile`, `__…`) get the prefix that Prometheus gives a
    /// name in its own way.
    static func label(_ name: String) -> String {
        let name = sanitized(name)
        let isReserved = name == "le" || name == "quantile" || name.hasPrefix("__")
        return isReserved ? "exported_" + name : name
    }

    private static func sanitized(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
            case "0"..."9":
                if name.isEmpty { name = "_" }
                name.unicodeScalars.append(scalar)
            default: name.append("_")
            }
        }
        return name.isEmpty ? "_" : name
    }
}
