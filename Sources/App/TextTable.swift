import HTTPTypes
import Kernel

/// Tables for terminals.
enum TextTable {
    /// The routes of a plan, one a line; the form that is committed and compared.
    static func routes(of plan: Plan) -> String {
        render(
            ["METHOD", "PATH", "PLUGIN", "ACCESS", "GATES"],
            plan.routes.map {
                [
                    $0.route.method.rawValue + ($0.route.isSocket ? " WS" : ""), $0.route.path, $0.plugin, $0.access,
                    $0.chain.joined(separator: " > "),
                ]
            })
    }

    /// Columns as wide as they need to be, two spaces between them.
    static func render(_ header: [String], _ rows: [[String]]) -> String {
        let lines = [header] + rows
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            var text = zip(line, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}
