/// One figure over the rounds.
struct Series: Codable {
    /// As measured, in order.
    let rounds: [Double]
    /// The middle one, or the mean of the middle two.
    let median: Double
    /// The least.
    let low: Double
    /// The greatest.
    let high: Double

    /// A series of at least one figure.
    init?(_ rounds: [Double]) {
        let sorted = rounds.sorted()
        guard let low = sorted.first, let high = sorted.last else { return nil }
        self.rounds = rounds
        self.low = low
        self.high = high
        median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
