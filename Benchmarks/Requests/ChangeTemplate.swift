import JSONScanner
import NIOCore

/// A recorded change whose record id is replaced by a fresh one each time it is pushed.
struct ChangeTemplate: Sendable {
    /// From behind the opening brace to the record id's first byte.
    private let head: [UInt8]
    /// From behind the record id to the end.
    private let tail: [UInt8]
    /// The table that it names.
    let table: String

    /// The template of an object's text, or nil if it names another user's personal space, where not everybody may write.
    init?(_ text: UnsafeRawBufferPointer) throws(JSONScanError) {
        var scanner = try JSONScanner(text)
        try scanner.enterObject()
        var id: JSONSlice?
        var table = ""
        var space: String?
        while let name = try scanner.nextMember() {
            if scanner.equals(name, "id") {
                id = try scanner.skipValue()
            } else if scanner.equals(name, "table") {
                table = scanner.string(try scanner.skipValue()) ?? ""
            } else if scanner.equals(name, "spaceId") {
                space = scanner.string(try scanner.skipValue())
            }
        }
        try scanner.finish()
        guard let id, space?.hasPrefix("_personal:") != true else { return nil }
        self.table = table
        head = Array(text[1..<id.contentRange.lowerBound])
        tail = Array(text[id.contentRange.upperBound...])
    }

    /// The bytes of a change with an id of 36 characters and no event id.
    var count: Int { head.count + tail.count + 37 }

    /// Writes the change with a fresh record id, and on demand a fresh event id.
    func write(into buffer: inout ByteBuffer, ids: inout RandomIDs, withEventID: Bool) {
        if withEventID {
            buffer.writeStaticString(#"{"eventId":""#)
            ids.writeNext(into: &buffer)
            buffer.writeStaticString(#"","#)
        } else {
            buffer.writeInteger(UInt8(ascii: "{"))
        }
        buffer.writeBytes(head)
        ids.writeNext(into: &buffer)
        buffer.writeBytes(tail)
    }
}
