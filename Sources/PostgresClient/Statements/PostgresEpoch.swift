/// PostgreSQL counts its timestamps from the beginning of 2000; the greatest and the least number are infinite.
enum PostgresEpoch {
    /// 2000-01-01T00:00:00Z in microseconds since 1970.
    private static let start: Int64 = 946_684_800_000_000

    static func encode(_ microseconds: Int64) -> Int64 {
        let (value, isTooSmall) = microseconds.subtractingReportingOverflow(start)
        return isTooSmall ? .min : value
    }

    static func decode(_ value: Int64) -> Int64? {
        guard value != .min, value != .max else { return nil }
        let (microseconds, isTooLarge) = value.addingReportingOverflow(start)
        return isTooLarge ? nil : microseconds
    }
}
