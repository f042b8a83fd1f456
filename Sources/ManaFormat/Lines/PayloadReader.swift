import Domain
import JSONScanner
import NIOCore

/// Reads what a change carries: see ``LineMember``.
struct PayloadReader {
    let members: LineMembers
    let bytes: UnsafeRawBufferPointer
    /// The line that the bytes are of.
    let line: ByteBuffer

    /// The payload of a change that does `operation`.
    func payload(of operation: Operation) throws(LineError) -> Payload {
        var payload = Payload()
        payload.actor = members.json(.actor).map(text)
        let pushed = try pushedMembers()
        let explicit = pushed != nil
        let pushedMembers = pushed ?? operation.usualMember
        if pushedMembers.contains(.data) {
            // A null that no `payload` vouches for is that of servers which write absent data so.
            payload.data = (explicit ? members.json(.data) : members[.data]).map(text)
        }
        if pushedMembers.contains(.fields) {
            let values = pushedMembers.contains(.data) ? members[.fieldValues] : members[.data]
            let timestamps = members[.fieldTimestamps]
            if explicit || values != nil || timestamps != nil {
                payload.fields = try FieldPairing(values: values, timestamps: timestamps, in: bytes).fields(of: line)
            }
        }
        if pushedMembers.contains(.deletedAt) {
            payload.deletedAt = explicit ? try members.string(.deletedAt) : try deletedAtInData()
        }
        return payload
    }

    /// What the line says was pushed; nil if it leaves that to the operation.
    private func pushedMembers() throws(LineError) -> PushedMembers? {
        guard let slice = members[.payload] else { return nil }
        var pushed: PushedMembers = []
        do throws(JSONScanError) {
            // The line was validated as a whole.
            var scanner = JSONScanner(validUTF8: UnsafeRawBufferPointer(rebasing: bytes[slice.range]))
            try scanner.enterArray()
            while try scanner.nextElement() {
                let element = try scanner.skipValue()
                let known = PushedMembers.named.first { scanner.equals(element, $0.name) }
                pushed.insert(known?.member ?? .unknown)
            }
        } catch {
            throw LineError(error)
        }
        guard !pushed.contains(.unknown) else { throw LineError("payload names a member that is not known.") }
        return pushed
    }

    /// The last `deletedAt` of `data`, if that is an object and this a string.
    private func deletedAtInData() throws(LineError) -> String? {
        guard let data = members[.data], data.kind == .object else { return nil }
        let object = UnsafeRawBufferPointer(rebasing: bytes[data.range])
        var found: JSONSlice?
        do throws(JSONScanError) {
            var scanner = JSONScanner(validUTF8: object)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                if scanner.equals(name, "deletedAt") { found = try scanner.skipValue() }
            }
        } catch {
            throw LineError(error)
        }
        return found?.string(in: object)
    }

    private func text(_ slice: JSONSlice) -> JSONText {
        JSONText(line.slice(slice.range))
    }
}

extension ByteBuffer {
    /// The readable bytes of a range that counts from the first of them, and is known to lie within them.
    func slice(_ range: Range<Int>) -> ByteBuffer {
        getSlice(at: readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }
}
