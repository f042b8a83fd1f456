import CoreMetrics

/// Why a connection with an answer under way was cut; the raw values are labels of metrics.
enum CutReason: String, CaseIterable {
    /// Its peer took nothing for `server.writeTimeout`.
    case stalled
    /// Its peer took less than `server.answerMinRate` allows.
    case slow
    /// All together had more than `server.maxAnswerMemory`, and it would have needed the longest.
    case memory
}

/// Why a connection was refused; the raw values are labels of metrics.
enum RefusalReason: String, CaseIterable {
    /// `server.maxConnectionsPerAddress`.
    case address
    /// `server.maxConnections`.
    case total
}

/// The figures of the front (spec: operations.md, "Health, metrics, logs").
struct FrontMetrics: Sendable {
    let answerMemory: Gauge
    private let cuts: [CutReason: Counter]
    private let refusals: [RefusalReason: Counter]

    init(factory: any MetricsFactory) {
        answerMemory = Gauge(label: Self.answerMemory, factory: factory)
        cuts = Self.counters(Self.cuts, factory)
        refusals = Self.counters(Self.refusals, factory)
    }

    func cut(because reason: CutReason) {
        cuts[reason]?.increment()
    }

    func refused(because reason: RefusalReason) {
        refusals[reason]?.increment()
    }

    /// What they mean.
    static let descriptions = [
        MetricDescription(.gauge, answerMemory, help: "Bytes of answers that their peers have not taken yet."),
        MetricDescription(.counter, cuts, help: "Connections that were cut since their peers took too little."),
        MetricDescription(.counter, refusals, help: "Connections that were refused since there were too many."),
    ]

    private static let answerMemory = "mana_sync_answer_memory_bytes"
    private static let cuts = "mana_sync_answers_cut_total"
    private static let refusals = "mana_sync_connections_refused_total"

    private static func counters<Reason: RawRepresentable<String> & CaseIterable & Hashable>(
        _ label: String, _ factory: any MetricsFactory
    ) -> [Reason: Counter] {
        let counters = Reason.allCases.map {
            ($0, Counter(label: label, dimensions: [("reason", $0.rawValue)], factory: factory))
        }
        return Dictionary(uniqueKeysWithValues: counters)
    }
}
