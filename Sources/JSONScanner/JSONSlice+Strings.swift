extension JSONSlice {
    /// The string's value, escapes resolved. U+0000 is a character like any other.
    ///
    /// - Returns: nil if the slice is no string, or holds half a surrogate pair, which no Unicode string can hold.
    public func string(in bytes: UnsafeRawBufferPointer) -> String? {
        guard kind == .string else { return nil }
        let content = content(in: bytes)
        guard hasEscapes else { return String(decoding: content, as: UTF8.self) }

        var unescaper = JSONUnescaper(content)
        // An escape is never shorter than what it stands for.
        let string = String(unsafeUninitializedCapacity: content.count) { buffer in
            var count = 0
            while let byte = unescaper.next() {
                buffer[count] = byte
                count += 1
            }
            return count
        }
        return unescaper.metLoneSurrogate ? nil : string
    }

    /// Whether the slice is a string whose value is `text`, Unicode scalar by Unicode scalar, however it is escaped.
    ///
    /// Nothing is allocated; a string without escapes is compared byte by byte.
    public func equals(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        text.withUTF8Buffer { equals(utf8: UnsafeRawBufferPointer($0), in: bytes) }
    }

    /// Whether the slice is a string whose value in UTF-8 is `text`, however it is escaped.
    public func equals(_ text: [UInt8], in bytes: UnsafeRawBufferPointer) -> Bool {
        text.withUnsafeBytes { equals(utf8: $0, in: bytes) }
    }

    private func equals(utf8 text: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard kind == .string else { return false }
        let content = content(in: bytes)
        guard hasEscapes else { return content.count == text.count && content.elementsEqual(text) }

        guard content.count > text.count else { return false }
        var unescaper = JSONUnescaper(content)
        for byte in text where unescaper.next() != byte { return false }
        return unescaper.next() == nil && !unescaper.metLoneSurrogate
    }
}
