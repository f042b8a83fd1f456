/// How long requests took, in buckets 1.6% wide, from a nanosecond to hours. Recording allocates nothing.
struct LatencyHistogram {
    /// Each power of two has this many buckets.
    private static let steps = 64
    private static let stepBits = 6

    private var counts = [UInt32](repeating: 0, count: steps * (44 - stepBits))
    private var total = 0

    /// Counts one request.
    mutating func record(nanoseconds: Int64) {
        counts[min(Self.bucket(of: max(0, nanoseconds)), counts.count - 1)] += 1
        total += 1
    }

    /// Takes over what another one counted.
    mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        total += other.total
    }

    /// The time in milliseconds within which this share of the requests was answered; 0 if there were none.
    func milliseconds(percentile share: Double) -> Double {
        var left = Int((Double(total) * share).rounded(.up))
        for (index, count) in counts.enumerated() {
            left -= Int(count)
            if left <= 0 { return total == 0 ? 0 : Double(Self.upperBound(of: index)) / 1e6 }
        }
        return Double(Self.upperBound(of: counts.count - 1)) / 1e6
    }

    private static func bucket(of nanoseconds: Int64) -> Int {
        guard nanoseconds >= steps else { return Int(nanoseconds) }
        let exponent = 63 - nanoseconds.leadingZeroBitCount
        let step = Int(nanoseconds >> (exponent - stepBits)) - steps
        return (exponent - stepBits + 1) * steps + step
    }

    private static func upperBound(of bucket: Int) -> Int64 {
        guard bucket >= steps else { return Int64(bucket) }
        let exponent = bucket / steps - 1
        return Int64(bucket % steps + steps + 1) << exponent
    }
}
