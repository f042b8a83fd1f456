extension Duration {
    /// Reads a duration of the configuration: a whole number and a unit, `500ms`, `10s`, `5m`, `24h`, `7d`; also `us` and `ns`
    /// (spec: operations.md, "Keys of the config file"). Nil for anything else, and past 100 years, so that a deadline computed
    /// from it does not overflow.
    init?(configText text: String) {
        guard let unit = Duration.units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Int64(decimalDigits: text.dropLast(unit.suffix.count))
        else { return nil }
        let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds)
        guard !overflow, nanoseconds <= Duration.longestNanoseconds else { return nil }
        self = .nanoseconds(nanoseconds)
    }

    /// In the largest unit that loses nothing, days from two on: `24h`, `7d`, `0s`. Fractions of a nanosecond are dropped.
    var configText: String {
        let (seconds, attoseconds) = components
        let nanoseconds = Int128(seconds) * 1_000_000_000 + Int128(attoseconds / 1_000_000_000)
        guard nanoseconds != 0 else { return "0s" }
        let unit = Duration.units.last {
            let count = nanoseconds / Int128($0.nanoseconds)
            return nanoseconds % Int128($0.nanoseconds) == 0 && ($0.suffix != "d" || count > 1)
        }
        return "\(nanoseconds / Int128(unit?.nanoseconds ?? 1))\(unit?.suffix ?? "ns")"
    }

    /// From small to large; a suffix stands after those that end in it.
    private static let units: [(suffix: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1000), ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
        ("d", 86_400_000_000_000),
    ]

    private static let longestNanoseconds: Int64 = 36_500 * 86_400_000_000_000
}
