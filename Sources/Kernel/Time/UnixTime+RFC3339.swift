extension UnixTime {
    /// Reads an RFC 3339 `date-time` (section 5.6), for example `2026-01-02T03:04:05.678901Z`.
    ///
    /// Accepts an absent fraction, a fraction of any length (rounded down to microseconds), lower-case `t` and `z`, a space
    /// for the `T`, and offsets. A leap second (`:60`) is read as the following second.
    /// An instant outside of the years 0001 to 9999, which the year 0000 and offsets can write, is read as the nearest one within.
    /// - Returns: nil for anything else.
    public init?(rfc3339 text: some StringProtocol) {
        var text = String(text)
        let parsed = text.withUTF8 { UnixTime(rfc3339: UnsafeRawBufferPointer($0)) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// Reads an RFC 3339 `date-time` from its UTF-8 bytes; see ``init(rfc3339:)-(StringProtocol)``.
    public init?(rfc3339 bytes: UnsafeRawBufferPointer) {
        var reader = DateTimeReader(bytes: bytes)
        guard let microseconds = reader.read() else { return nil }
        self = UnixTime(microseconds: microseconds).clampedToWritable
    }

    /// The instant as RFC 3339 UTC in 27 bytes of fixed width, `2026-01-02T03:04:05.678901Z`, so that the order of the texts is
    /// the order of the instants (spec: protocol.md, "Cursors"). Instants outside of the years 0001 to 9999 are clamped to them.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: UnixTime.rfc3339Width) { target in
            writeRFC3339(into: UnsafeMutableRawBufferPointer(target))
            return UnixTime.rfc3339Width
        }
    }

    /// The number of bytes of ``rfc3339``.
    public static let rfc3339Width = 27

    /// Writes ``rfc3339`` into the first 27 bytes of `target`, which must be there.
    public func writeRFC3339(into target: UnsafeMutableRawBufferPointer) {
        precondition(target.count >= UnixTime.rfc3339Width)
        let instant = clampedToWritable
        let days = instant.seconds >= 0 ? instant.seconds / 86_400 : (instant.seconds - 86_399) / 86_400
        let secondOfDay = Int(instant.seconds - days * 86_400)
        let date = CivilDate(daysSinceEpoch: Int(days))
        func put(_ value: Int, at offset: Int, digits: Int) {
            var value = value
            for index in stride(from: offset + digits - 1, through: offset, by: -1) {
                target[index] = UInt8(ascii: "0") + UInt8(value % 10)
                value /= 10
            }
        }
        put(date.year, at: 0, digits: 4)
        put(date.month, at: 5, digits: 2)
        put(date.day, at: 8, digits: 2)
        put(secondOfDay / 3600, at: 11, digits: 2)
        put(secondOfDay / 60 % 60, at: 14, digits: 2)
        put(secondOfDay % 60, at: 17, digits: 2)
        put(Int(instant.microseconds - instant.seconds * 1_000_000), at: 20, digits: 6)
        target[4] = UInt8(ascii: "-")
        target[7] = UInt8(ascii: "-")
        target[10] = UInt8(ascii: "T")
        target[13] = UInt8(ascii: ":")
        target[16] = UInt8(ascii: ":")
        target[19] = UInt8(ascii: ".")
        target[26] = UInt8(ascii: "Z")
    }

    private var clampedToWritable: UnixTime { min(max(self, .earliestWritable), .latestWritable) }

    private static let earliestWritable = UnixTime(seconds: -62_135_596_800)
    private static let latestWritable = UnixTime(microseconds: 253_402_300_799_999_999)
}
