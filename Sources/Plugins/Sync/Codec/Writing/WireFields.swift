import JSONScanner

/// The `fields` of a row on the wire, put together from the object of values and the object of timestamps.
///
/// The timestamps say which fields there are, and in which order: a value without a timestamp is left out, a field without a value has null.
/// In rows of this server the two objects have the same names in the same order, and are read in step; where they are not in step, the
/// rest is paired by name.
struct WireFields {
    private let bytes: (values: UnsafeRawBufferPointer, timestamps: UnsafeRawBufferPointer)
    private var values: JSONScanner
    private var timestamps: JSONScanner
    private let timestampMember: StaticString
    private var isFirst = true

    /// The fields of two JSON objects; an absent one is an empty one.
    init(timestampKey: FieldTimestampKey, values: UnsafeRawBufferPointer?, timestamps: UnsafeRawBufferPointer?) {
        bytes = (values ?? Self.noFields, timestamps ?? Self.noFields)
        self.values = JSONScanner(validUTF8: bytes.values)
        self.timestamps = JSONScanner(validUTF8: bytes.timestamps)
        timestampMember =
            switch timestampKey {
            case .updatedAt: #","updatedAt":"#
            case .at: #","at":"#
            }
    }

    /// The most bytes that the object can have: around each field, whose timestamp takes at least five bytes (`"":0,`), stand at most 40. A
    /// value is written once, and once more at the most where the rest is paired by name.
    static func longest(_ values: UnsafeRawBufferPointer?, _ timestamps: UnsafeRawBufferPointer?) -> Int {
        let (values, timestamps) = (values?.count ?? 0, timestamps?.count ?? 0)
        return 2 + 2 * values + timestamps + 40 * (timestamps / 5 + 1)
    }

    /// Writes the object.
    ///
    /// - Throws: if one of the two is no JSON object, or timestamps that are paired by name have a name twice; a part is written then.
    mutating func write(into writer: inout ByteWriter) throws(JSONScanError) {
        writer.write("{")
        try values.enterObject()
        try timestamps.enterObject()
        while let name = try timestamps.nextMember() {
            guard let other = try values.nextMember(), isSameToken(name, other) else {
                try writeByName(from: name, into: &writer)
                break
            }
            let value = try values.skipValue()
            append(name, value: value, timestamp: try timestamps.skipValue(), to: &writer)
        }
        try values.finish()
        try timestamps.finish()
        writer.write("}")
    }

    /// Writes the field of `first`, before whose timestamp the scanner stands, and all that follow, looking values up by name.
    private mutating func writeByName(from first: JSONSlice, into writer: inout ByteWriter) throws(JSONScanError) {
        let valuesByName = try allValues()
        var written: Set<[UInt8]> = []
        var next: JSONSlice? = first
        while let name = next {
            let timestamp = try timestamps.skipValue()
            let key = name.key(in: bytes.timestamps)
            if let key, !written.insert(key).inserted {
                throw JSONScanError(.duplicateMember, at: name.range.lowerBound)
            }
            let value = key.flatMap { valuesByName[$0] }
            append(name, value: value, timestamp: timestamp, to: &writer)
            next = try timestamps.nextMember()
        }
    }

    /// All values; of a name that occurs twice the last one.
    private func allValues() throws(JSONScanError) -> [[UInt8]: JSONSlice] {
        var scanner = JSONScanner(validUTF8: bytes.values)
        var values: [[UInt8]: JSONSlice] = [:]
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            let value = try scanner.skipValue()
            if let key = name.key(in: bytes.values) { values[key] = value }
        }
        return values
    }

    private mutating func append(
        _ name: JSONSlice, value: JSONSlice?, timestamp: JSONSlice, to writer: inout ByteWriter
    ) {
        if !isFirst { writer.write(UInt8(ascii: ",")) }
        isFirst = false
        writer.write(UnsafeRawBufferPointer(rebasing: bytes.timestamps[name.range]))
        writer.write(#":{"value":"#)
        if let value {
            writer.write(UnsafeRawBufferPointer(rebasing: bytes.values[value.range]))
        } else {
            writer.write("null")
        }
        writer.write(timestampMember)
        writer.write(UnsafeRawBufferPointer(rebasing: bytes.timestamps[timestamp.range]))
        writer.write(UInt8(ascii: "}"))
    }

    private func isSameToken(_ name: JSONSlice, _ other: JSONSlice) -> Bool {
        name.range.count == other.range.count
            && bytes.timestamps[name.range].elementsEqual(bytes.values[other.range])
    }

    private static var noFields: UnsafeRawBufferPointer {
        let literal: StaticString = "{}"
        return UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
    }
}

extension JSONSlice {
    /// A member name's UTF-8, to look it up by; nil with half a surrogate pair in it.
    fileprivate func key(in bytes: UnsafeRawBufferPointer) -> [UInt8]? {
        hasEscapes ? string(in: bytes).map { Array($0.utf8) } : Array(bytes[contentRange])
    }
}
