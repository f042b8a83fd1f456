/// What a work gave: the server's figures, those of its references, and round by round the ratio of the two.
struct WorkReport: Codable {
    /// One quantity of one subject.
    struct Figure: Codable {
        let subject: String
        let quantity: Quantity
        let series: Series
        /// The server's figure divided by the reference's, round by round; only beside a reference.
        let serverToThis: Series?
    }

    let name: String
    let summary: String
    let figures: [Figure]

    /// A report of the rounds' samples.
    init(_ name: String, summary: String, _ samples: RoundSamples) {
        self.name = name
        self.summary = summary
        figures = samples.subjects.flatMap { subject -> [Figure] in
            let own = samples.of(subject)
            let server = samples.servers[subject].map { samples.of($0) }
            return Quantity.allCases.compactMap { quantity in
                guard let series = Series(own.compactMap { $0[quantity] }) else { return nil }
                let ratios = zip(server ?? [], own).compactMap { pair -> Double? in
                    guard let ours = pair.0[quantity], let theirs = pair.1[quantity], theirs > 0 else { return nil }
                    return ours / theirs
                }
                let isReference = server != nil && quantity.isCompared
                return Figure(
                    subject: subject, quantity: quantity, series: series,
                    serverToThis: isReference ? Series(ratios) : nil)
            }
        }
    }
}

/// The samples of a work's subjects, in the order in which the subjects first came.
struct RoundSamples {
    private(set) var subjects: [String] = []
    /// Of each reference, the subject that it is a reference for.
    private(set) var servers: [String: String] = [:]
    private var samples: [String: [Sample]] = [:]

    /// One more round of a subject: of the server for the first one, and of a reference for the others.
    mutating func add(_ subject: String, _ sample: Sample) {
        add(subject, sample, beside: subjects.first == subject ? nil : subjects.first)
    }

    /// One more round of a subject, and what it is a reference for, if anything.
    mutating func add(_ subject: String, _ sample: Sample, beside server: String?) {
        servers[subject] = server
        if samples[subject] == nil { subjects.append(subject) }
        samples[subject, default: []].append(sample)
    }

    /// A subject's rounds, in order.
    func of(_ subject: String) -> [Sample] { samples[subject] ?? [] }
}
