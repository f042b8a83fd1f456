import Foundation

/// One run of pgbench with as many connections as the load has, each in a closed loop, prepared statements and pipelines: one round trip a transaction.
struct PgbenchRun {
    /// Transactions a second, without the time that it took to connect.
    let rate: Double
    /// How many transactions there were.
    let transactions: Int
    /// Microseconds of the database's processor time a transaction.
    let databaseCPU: Double

    /// Under the restricted role and with the planner's settings that the server's own transactions have.
    private static let settings = [
        "role=mana_sync_app", "enable_seqscan=off", "enable_bitmapscan=off", "plan_cache_mode=force_generic_plan",
        "jit=off",
    ]

    /// Runs scripts, each as often as any other, with the same variables.
    ///
    /// - Throws: when any transaction failed.
    init(
        _ scripts: [String], variables: [(name: String, value: String)] = [], on cluster: PostgresCluster,
        database: String, pace: Pace, in folder: URL
    ) throws {
        var arguments = [
            "-n", "-M", "prepared", "-c", "\(pace.connections)", "-j", "2", "-T", "\(max(1, Int(pace.seconds)))",
        ]
        for (number, script) in scripts.enumerated() {
            let file = folder.appendingPathComponent("pgbench-\(number).sql")
            try script.write(to: file, atomically: true, encoding: .utf8)
            arguments += ["-f", file.path]
        }
        for variable in variables { arguments += ["-D", "\(variable.name)=\(variable.value)"] }

        let before = try cluster.processorSeconds()
        let printed = try cluster.pgbench(arguments, settings: Self.settings, in: database)
        let spent = try cluster.processorSeconds() - before

        let figures = Dictionary(
            printed.split(separator: "\n").compactMap { line -> (String, String)? in
                let halves = line.split(separator: #/(: | = )/#, maxSplits: 1)
                return halves.count == 2 ? (String(halves[0]), String(halves[1].prefix { $0 != " " })) : nil
            }, uniquingKeysWith: { first, _ in first })
        guard let rate = figures["tps"].flatMap({ Double($0) }),
            let transactions = figures["number of transactions actually processed"].flatMap({ Int($0) }),
            transactions > 0, figures["number of failed transactions"].map({ $0 == "0" }) ?? true
        else { throw BenchmarkError("pgbench gave no figures: \(printed.prefix(600))") }
        self.rate = rate
        self.transactions = transactions
        databaseCPU = spent * 1e6 / Double(transactions)
    }

    /// The figures beside the server's, for transactions of so many changes.
    func sample(changes: Int) -> Sample {
        [.requests: rate, .changes: rate * Double(changes), .databaseCPU: databaseCPU]
    }
}
