import Domain
import JSONScanner
import NIOCore

/// Puts the values and the timestamps of a change's fields in step.
///
/// Archives of this server have them in step, and both are then kept byte for byte. Where they are not, the timestamps say which fields there
/// are, as they do for every reader of the log: a value without a timestamp is left out, a field without a value has null.
struct FieldPairing {
    private let bytes: UnsafeRawBufferPointer
    private let ranges: (values: Range<Int>?, timestamps: Range<Int>?)

    /// The fields of two slices of `bytes`, which must be objects; an absent one is an empty one.
    init(values: JSONSlice?, timestamps: JSONSlice?, in bytes: UnsafeRawBufferPointer) throws(LineError) {
        guard values.map({ $0.kind == .object }) ?? true, timestamps.map({ $0.kind == .object }) ?? true else {
            throw LineError("The fields' values and timestamps must be objects.")
        }
        self.bytes = bytes
        ranges = (values?.range, timestamps?.range)
    }

    /// The fields, as slices of `line` where that is possible.
    func fields(of line: ByteBuffer) throws(LineError) -> Payload.Fields {
        let (values, timestamps) = (try members(ranges.values), try members(ranges.timestamps))
        for timestamp in timestamps where timestamp.value.kind != .string {
            throw LineError("A field's timestamp must be a string.")
        }
        let isInStep = values.elementsEqual(timestamps) { $0.nameToken.elementsEqual($1.nameToken) }
        guard isInStep, let valueRange = ranges.values, let timestampRange = ranges.timestamps else {
            return paired(values, timestamps)
        }
        return Payload.Fields(
            values: JSONText(line.slice(valueRange)), timestamps: JSONText(line.slice(timestampRange)))
    }

    private struct Member {
        let name: JSONSlice
        let value: JSONSlice
        /// What the slices are of.
        let object: UnsafeRawBufferPointer

        var nameToken: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: object[name.range]) }
        var valueToken: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: object[value.range]) }

        /// What a name is looked up by: its UTF-8, or its token where it can be no string.
        var key: [UInt8] { name.string(in: object).map { Array($0.utf8) } ?? Array(nameToken) }
    }

    private func paired(_ values: [Member], _ timestamps: [Member]) -> Payload.Fields {
        var byName: [[UInt8]: UnsafeRawBufferPointer] = [:]
        for member in values { byName[member.key] = member.valueToken }
        var (valueText, timestampText) = (ByteBuffer(string: "{"), ByteBuffer(string: "{"))
        for (index, member) in timestamps.enumerated() {
            append(member, index > 0, to: &valueText)
            append(member, index > 0, to: &timestampText)
            if let value = byName[member.key] {
                valueText.writeBytes(value)
            } else {
                valueText.writeStaticString("null")
            }
            timestampText.writeBytes(member.valueToken)
        }
        valueText.writeStaticString("}")
        timestampText.writeStaticString("}")
        return Payload.Fields(values: JSONText(valueText), timestamps: JSONText(timestampText))
    }

    private func append(_ member: Member, _ hasSeparator: Bool, to text: inout ByteBuffer) {
        if hasSeparator { text.writeStaticString(",") }
        text.writeBytes(member.nameToken)
        text.writeStaticString(":")
    }

    /// The members of the object in a range, in their order.
    private func members(_ range: Range<Int>?) throws(LineError) -> [Member] {
        guard let range else { return [] }
        var members: [Member] = []
        do throws(JSONScanError) {
            // The line was validated as a whole.
            let object = UnsafeRawBufferPointer(rebasing: bytes[range])
            var scanner = JSONScanner(validUTF8: object)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                members.append(Member(name: name, value: try scanner.skipValue(), object: object))
            }
        } catch {
            throw LineError(error)
        }
        return members
    }
}
