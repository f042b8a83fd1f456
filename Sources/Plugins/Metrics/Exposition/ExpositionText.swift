import Kernel
import NIOCore

/// Writes Prometheus's text format, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats, "Text-based format").
///
/// Whoever uses it writes each family once: the heading, then all of its samples.
struct ExpositionText {
    /// The media type of what is written.
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// What was written so far.
    private(set) var buffer: ByteBuffer

    init(buffer: ByteBuffer = ByteBuffer()) {
        self.buffer = buffer
    }

    /// Begins the family `name`.
    mutating func heading(_ name: String, help: String, kind: MetricDescription.Kind) {
        buffer.writeString("# HELP ")
        buffer.writeString(name)
        buffer.writeString(" ")
        buffer.writeString(Self.escaped(help))
        buffer.writeString("\n# TYPE ")
        buffer.writeString(name)
        buffer.writeString(" ")
        buffer.writeString(kind.rawValue)
        buffer.writeString("\n")
    }

    /// One sample with a whole value.
    mutating func sample(_ name: String, suffix: String = "", labels: LabelSet, count: UInt64) {
        key(name, suffix: suffix, labels: labels)
        end(with: String(count))
    }

    /// One sample.
    mutating func sample(_ name: String, suffix: String = "", labels: LabelSet, value: Double) {
        key(name, suffix: suffix, labels: labels)
        end(with: Self.text(of: value))
    }

    /// One bucket of a histogram: how many values were at most `bound`.
    mutating func bucket(_ name: String, labels: LabelSet, upTo bound: Double, count: UInt64) {
        key(name, suffix: "_bucket", labels: labels, bound: bound)
        end(with: String(count))
    }

    /// `text` as a help text holds it, or with its quotes escaped too, as a label's value does.
    static func escaped(_ text: String, quotes: Bool = false) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private mutating func key(_ name: String, suffix: String, labels: LabelSet, bound: Double? = nil) {
        buffer.writeString(name)
        buffer.writeString(suffix)
        guard bound != nil || !labels.text.isEmpty else { return }
        buffer.writeString("{")
        buffer.writeString(labels.text)
        if let bound {
            buffer.writeString(labels.text.isEmpty ? "le=\"" : ",le=\"")
            buffer.writeString(Self.text(of: bound))
            buffer.writeString("\"")
        }
        buffer.writeString("}")
    }

    private mutating func end(with value: String) {
        buffer.writeString(" ")
        buffer.writeString(value)
        buffer.writeString("\n")
    }

    /// `value` as Go's ParseFloat reads it, which is how the format defines numbers.
    private static func text(of value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value), abs(value) < 0x1p53 { return String(whole) }
        return value.description
    }
}
