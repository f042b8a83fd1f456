import Foundation

/// Everything that a run measured, as it goes to the JSON file and to the terminal.
struct Report: Codable {
    let commit: String
    let date: String
    let machine: Machine
    let pace: Pace
    /// Bytes of a pushed change in the mean.
    let meanChange: Double
    var works: [WorkReport] = []

    init(commit: String, pace: Pace, machine: Machine, corpus: ChangeCorpus) {
        self.commit = commit
        self.pace = pace
        self.machine = machine
        meanChange = corpus.meanChange.rounded()
        date = Date().formatted(.iso8601)
    }

    /// What the figures stand on.
    var heading: String {
        """
        commit \(commit), \(date)
        \(machine.processor), \(machine.cores) cores, \(machine.memoryGiB) GiB, Linux \(machine.kernel), SQLite \(machine.sqlite)\
        \(machine.postgres.map { ", PostgreSQL \($0)" } ?? "")
        \(pace.rounds) rounds of \(pace.seconds) s by turns, \(pace.connections) connections, \(pace.users) users, \
        \(Int(meanChange)) bytes a change
        """
    }

    /// The figures for the terminal.
    var table: String {
        var rows = [["work", "subject", "quantity", "median", "range", "server / this"]]
        for work in works {
            for figure in work.figures {
                let ratio = figure.serverToThis.map { "\(Self.text($0.median)) (\(Self.range($0)))" } ?? ""
                rows.append([
                    work.name, figure.subject, figure.quantity.rawValue, Self.text(figure.series.median),
                    Self.range(figure.series), ratio,
                ])
            }
        }
        return Self.aligned(rows)
    }

    /// Writes the JSON file anew, so that a run that was cut short leaves the works that it finished.
    func write(to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try encoder.encode(self).write(to: url, options: .atomic)
    }

    private static func range(_ series: Series) -> String { "\(text(series.low)) – \(text(series.high))" }

    /// Three digits that count.
    private static func text(_ value: Double) -> String {
        String(format: value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value)
    }

    private static func aligned(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }
}
