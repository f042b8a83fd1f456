import JSONScanner

/// The scanner that every push goes through, on one core, without a server: the household's requests from start to end.
struct ScanWork: Work {
    let name = "json-scan"
    let summary = "JSONScanner over a household's pushes, validating all and keeping nothing, on one core"

    func measure(on bench: Workbench) throws -> WorkReport {
        var samples = RoundSamples()
        for _ in 0..<bench.pace.rounds {
            let rate = try rate(over: bench.corpus.requests, for: bench.pace.duration) { bytes in
                var scanner = try JSONScanner(bytes)
                try scanner.finish()
            }
            samples.add("JSONScanner", [.megabytes: rate])
        }
        return WorkReport(name, summary: summary, samples)
    }

    /// Megabytes a second.
    private func rate(
        over requests: [[UInt8]], for time: Duration, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Double {
        let begun = ContinuousClock.now
        var bytes = 0
        while ContinuousClock.now - begun < time {
            for request in requests {
                try request.withUnsafeBytes(body)
                bytes += request.count
            }
        }
        return Double(bytes) / 1e6 / (ContinuousClock.now - begun).seconds
    }
}
