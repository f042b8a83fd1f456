import JSONScanner
import NIOCore

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

    /// Appends the object to `buffer`.
    ///
    /// - Throws: if one of the two is no JSON object; the buffer then holds a part.
    mutating func write(into buffer: inout ByteBuffer) throws(JSONScanError) {
        buffer.writeStaticString("{")
        try values.enterObject()
        try timestamps.enterObject()
        while let name = try timestamps.nextMember() {
            guard let other = try values.nextMember(), isSameToken(name, other) else {
                try writeByName(from: name, into: &buffer)
                break
            }
            let value = try values.skipValue()
            append(name, value: value, timestamp: try timestamps.skipValue(), to: &buffer)
        }
        try values.finish()
        try timestamps.finish()
        buffer.writeStaticString("}")
    }

    /// Writes the field of `first`, before whose timestamp the scanner stands, and all that follow, looking values up by name.
    private mutating func writeByName(from first: JSONSlice, into buffer: inout ByteBuffer) throws(JSONScanError) {
        let valuesByName = try allValues()
        var next: JSONSlice? = first
        while let name = next {
            let timestamp = try timestamps.skipValue()
            let value = name.key(in: bytes.timestamps).flatMap { valuesByName[$0] }
            append(name, value: value, timestamp: timestamp, to: &buffer)
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
        _ name: JSONSlice, value: JSONSlice?, timestamp: JSONSlice, to buffer: inout ByteBuffer
    ) {
        let bytes = bytes
        let timestampMember = timestampMember
        let isFirst = isFirst
        buffer.write(atMost: 40 + name.range.count + (value?.range.count ?? 4) + timestamp.range.count) { writer in
            if !isFirst { writer.write(UInt8(ascii: ",")) }
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
        self.isFirst = false
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
