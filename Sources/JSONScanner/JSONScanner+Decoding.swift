/// What slices of this scanner's text stand for. The same is on `JSONSlice`, for when the scanner is gone and the bytes are still there.
extension JSONScanner {
    /// The string's value, or nil for what is no string or holds half a surrogate pair.
    public func string(_ slice: JSONSlice) -> String? { slice.string(in: bytes) }

    /// Whether the slice is a string with the value `text`, however it is escaped.
    public func equals(_ slice: JSONSlice, _ text: StaticString) -> Bool { slice.equals(text, in: bytes) }

    /// Whether the slice is a string with the value `text` in UTF-8, however it is escaped.
    public func equals(_ slice: JSONSlice, _ text: [UInt8]) -> Bool { slice.equals(text, in: bytes) }

    /// The number's value if it is an integer within `Int`'s range, however it is written.
    public func integer(_ slice: JSONSlice) -> Int? { slice.integer(in: bytes) }

    /// The number's nearest double, if finite.
    public func double(_ slice: JSONSlice) -> Double? { slice.double(in: bytes) }
}
