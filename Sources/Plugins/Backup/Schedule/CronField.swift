/// One field of a cron expression: the numbers that it names.
struct CronField: Hashable, Sendable {
    /// The fields in their order.
    enum Kind: String, Sendable {
        case minute
        case hour
        case dayOfMonth = "day of month"
        case month
        case dayOfWeek = "day of week"

        /// The numbers that may be written. A Sunday is 0 or 7.
        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...7
            }
        }

        /// The names that may stand for numbers, in their order.
        var names: [String] {
            switch self {
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            default: []
            }
        }
    }

    /// The numbers, ascending.
    let values: [Int]
    /// Whether it begins with a star: it leaves the choice to another field.
    let isStar: Bool
    private let bits: UInt64

    init(_ text: Substring, of kind: Kind) throws(CronError) {
        var bits: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            bits |= try Self.bits(of: item, kind)
        }
        if kind == .dayOfWeek, bits & (1 << 7) != 0 { bits = bits & ~(1 << 7) | 1 }
        self.bits = bits
        isStar = text.hasPrefix("*")
        values = (0..<64).filter { bits & (1 << UInt64($0)) != 0 }
    }

    /// Whether it names a number.
    func contains(_ value: Int) -> Bool {
        (0..<64).contains(value) && bits & (1 << UInt64(value)) != 0
    }

    /// An item of the list: `*`, `5`, `1-5`, each with `/2` or without.
    private static func bits(of item: Substring, _ kind: Kind) throws(CronError) -> UInt64 {
        let parts = item.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count) else { throw refusal(kind) }
        var step = 1
        if parts.count == 2 {
            guard let number = digits(parts[1]), number > 0, number <= kind.range.upperBound else {
                throw refusal(kind)
            }
            step = number
        }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        let range: ClosedRange<Int>
        if parts[0] == "*" {
            range = kind == .dayOfWeek ? 0...6 : kind.range
        } else if ends.count == 2 {
            let (low, high) = (try number(ends[0], kind), try number(ends[1], kind))
            guard low <= high else {
                throw CronError("has a range that ends before it begins, in its \(kind.rawValue)")
            }
            range = low...high
        } else {
            let low = try number(parts[0], kind)
            range = low...(parts.count == 2 ? kind.range.upperBound : low)
        }
        return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private static func number(_ text: Substring, _ kind: Kind) throws(CronError) -> Int {
        if let index = kind.names.firstIndex(of: text.lowercased()) {
            return index + (kind == .month ? 1 : 0)
        }
        guard let number = digits(text), kind.range.contains(number) else { throw refusal(kind) }
        return number
    }

    /// One to three digits, without a sign.
    private static func digits(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int(text)
    }

    private static func refusal(_ kind: Kind) -> CronError {
        CronError(
            "has a \(kind.rawValue) that is not made of numbers from \(kind.range.lowerBound) to \(kind.range.upperBound), *, lists, ranges and steps"
        )
    }
}
