import Domain
import JSONScanner
import Kernel
import NIOCore

/// The two halves of every change's `fields`, written one after another into one buffer.
struct FieldArena {
    /// Where a change's fields are in the buffer.
    struct Place {
        let values: Range<Int>
        let timestamps: Range<Int>
    }

    private(set) var buffer = ByteBuffer()
    private let firstCapacity: Int

    /// An arena for the changes of a body of `bodySize` bytes; no memory is taken before the first fields.
    init(bodySize: Int) {
        firstCapacity = min(bodySize, 1 << 16)
    }

    /// Forgets everything that was written.
    mutating func removeAll() {
        buffer.clear()
    }

    /// Writes the fields' values and timestamps as two objects with the same names in the same order, each name, value and timestamp as
    /// the token that was sent, but for timestamps beyond the bound.
    mutating func write(
        _ spans: FieldSpans, from bytes: UnsafeRawBufferPointer, bound: inout TimestampBound
    ) throws(ChangeFault) -> Place {
        if let index = spans.faultyName { throw .fieldName(index) }
        let (capacity, lowered) = try check(spans, in: bytes, bound: &bound)
        if buffer.capacity == 0 { buffer.reserveCapacity(max(firstCapacity, capacity)) }

        let latest = bound.latest
        let start = buffer.writerIndex
        var middle = start
        buffer.write(atMost: capacity) { writer in
            writer.writeObject(spans.fields, from: bytes) { field, writer in
                if let value = field.value { writer.write(bytes, value.range) } else { writer.write("null") }
            }
            middle += writer.count
            var next = 0
            writer.writeObject(spans.fields, from: bytes) { field, writer in
                if next < lowered.count, lowered[next] == field.index {
                    next += 1
                    writer.write(UInt8(ascii: "\""))
                    writer.write(exactly: UnixTime.rfc3339Width) { latest.writeRFC3339(into: $0) }
                    writer.write(UInt8(ascii: "\""))
                } else if let timestamp = field.timestamp {
                    writer.write(bytes, timestamp.range)
                }
            }
        }
        return Place(values: start..<middle, timestamps: middle..<buffer.writerIndex)
    }

    /// The payload's fields at a place, once nothing more is written.
    func fields(at place: Place) -> Payload.Fields? {
        guard let values = buffer.getSlice(at: place.values.lowerBound, length: place.values.count),
            let timestamps = buffer.getSlice(at: place.timestamps.lowerBound, length: place.timestamps.count)
        else { return nil }
        return Payload.Fields(values: JSONText(values), timestamps: JSONText(timestamps))
    }

    /// How many bytes the two objects have at most, and which fields' timestamps are to be lowered.
    private func check(
        _ spans: FieldSpans, in bytes: UnsafeRawBufferPointer, bound: inout TimestampBound
    ) throws(ChangeFault) -> (capacity: Int, lowered: [Int]) {
        var capacity = 4
        var lowered: [Int] = []
        for field in spans.fields {
            guard let timestamp = field.timestamp, let isLowered = bound.lowers(timestamp, in: bytes) else {
                throw .fieldTimestamp(
                    field.index, field.withName(in: bytes) { String(decoding: $0, as: UTF8.self) })
            }
            if isLowered { lowered.append(field.index) }
            capacity += 2 * (field.name.range.count + 2) + (field.value?.range.count ?? 4)
            capacity += isLowered ? UnixTime.rfc3339Width + 2 : timestamp.range.count
        }
        return (capacity, lowered)
    }
}

extension ByteWriter {
    fileprivate mutating func write(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        write(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }

    fileprivate mutating func writeObject(
        _ fields: [FieldSpan], from bytes: UnsafeRawBufferPointer, value: (FieldSpan, inout ByteWriter) -> Void
    ) {
        write(UInt8(ascii: "{"))
        var isFirst = true
        for field in fields {
            if !isFirst { write(UInt8(ascii: ",")) }
            isFirst = false
            write(bytes, field.name.range)
            write(UInt8(ascii: ":"))
            value(field, &self)
        }
        write(UInt8(ascii: "}"))
    }
}
