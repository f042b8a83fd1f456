import Domain
import JSONScanner
import NIOCore

extension ByteBuffer {
    /// Appends a member that is a string, if there is one. `name` has the comma before, the quotes and the colon.
    mutating func writeMember(_ name: StaticString, string: UnsafeRawBufferPointer?) {
        guard let string else { return }
        writeStaticString(name)
        writeToken(string)
    }

    /// Appends a member that is JSON, if there is one, on one line.
    mutating func writeMember(_ name: StaticString, json: UnsafeRawBufferPointer?) {
        guard let json else { return }
        writeStaticString(name)
        writeOnOneLine(json)
    }

    /// Appends the members of a row's payload but `actor`: see ``LineMember``.
    mutating func writePayload(_ row: borrowing ChangeRow) {
        let (data, values, timestamps, deletedAt) = (row.data, row.fieldValues, row.fieldTimestamps, row.deletedAt)
        var pushed: PushedMembers = []
        if data != nil { pushed.insert(.data) }
        if values != nil || timestamps != nil { pushed.insert(.fields) }
        if deletedAt != nil { pushed.insert(.deletedAt) }

        if data != nil || pushed.contains(.fields) {
            writeMember(#","data":"#, json: data ?? values)
        } else if deletedAt != nil {
            writeMember(#","data":{"deletedAt":"#, string: deletedAt)
            writeStaticString("}")
        }
        writeMember(#","fieldTimestamps":"#, json: timestamps)
        let isUsual = pushed.isSubset(of: row.operation.usualMember) && data?.first ?? Self.brace == Self.brace
        guard !isUsual else { return }

        if data != nil { writeMember(#","fieldValues":"#, json: values) }
        writeMember(#","deletedAt":"#, string: deletedAt)
        var separator: StaticString = #","payload":[""#
        for (member, name) in PushedMembers.named where pushed.contains(member) {
            writeStaticString(separator)
            writeStaticString(name)
            separator = #"",""#
        }
        writeStaticString(#""]"#)
    }

    /// Appends a JSON text whose line breaks, which can only stand between tokens, become spaces.
    private mutating func writeOnOneLine(_ json: UnsafeRawBufferPointer) {
        var rest = json[...]
        while let lineBreak = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            writeBytes(UnsafeRawBufferPointer(rebasing: rest[..<lineBreak]))
            writeStaticString(" ")
            rest = rest[(lineBreak + 1)...]
        }
        writeBytes(UnsafeRawBufferPointer(rebasing: rest))
    }

    private static let brace = UInt8(ascii: "{")

    private mutating func writeToken(_ utf8: UnsafeRawBufferPointer) {
        JSONStringToken.forEachPiece(of: utf8) { _ = writeBytes($0) }
    }
}

extension Operation {
    /// The payload member that a change has which says nothing else.
    var usualMember: PushedMembers {
        switch self {
        case .insert: .data
        case .update: .fields
        case .delete: .deletedAt
        }
    }
}
