import JSONScanner
import NIOCore

/// A recorded change whose record id is replaced by a fresh one each time it is pushed, and its space by one of the pusher's own.
///
/// Users who share a space wait for one another's commits: with one household's space for everybody, that would be all that is measured.
struct ChangeTemplate: Sendable {
    private enum Piece {
        case recorded([UInt8])
        case recordID
        case household
    }

    /// All from behind the opening brace.
    private let pieces: [Piece]
    /// The table that it names.
    let table: String
    /// The bytes of a change with an id of 36 characters, the recorded space and no event id.
    let count: Int

    /// The template of an object's text, or nil if it names another user's personal space, where not everybody may write.
    init?(_ text: UnsafeRawBufferPointer) throws(JSONScanError) {
        var scanner = try JSONScanner(text)
        try scanner.enterObject()
        var id: JSONSlice?
        var table = ""
        var space: JSONSlice?
        while let name = try scanner.nextMember() {
            if scanner.equals(name, "id") {
                id = try scanner.skipValue()
            } else if scanner.equals(name, "table") {
                table = scanner.string(try scanner.skipValue()) ?? ""
            } else if scanner.equals(name, "spaceId") {
                space = try scanner.skipValue()
            }
        }
        try scanner.finish()
        let spaceName = space.flatMap { scanner.string($0) }
        guard let id, spaceName?.hasPrefix("_personal:") != true else { return nil }
        var holes = [(id.contentRange, Piece.recordID)]
        if let space, spaceName != nil { holes.append((space.contentRange, .household)) }
        var pieces: [Piece] = []
        var position = 1
        for (range, piece) in holes.sorted(by: { $0.0.lowerBound < $1.0.lowerBound }) {
            pieces += [.recorded(Array(text[position..<range.lowerBound])), piece]
            position = range.upperBound
        }
        self.pieces = pieces + [.recorded(Array(text[position...]))]
        self.table = table
        count = text.count - id.contentRange.count + 36
    }

    /// Writes the change with a fresh record id, a space of the household, and on demand a fresh event id.
    func write(into buffer: inout ByteBuffer, ids: inout RandomIDs, withEventID: Bool, household: Int) {
        if withEventID {
            buffer.writeStaticString(#"{"eventId":""#)
            ids.writeNext(into: &buffer)
            buffer.writeStaticString(#"","#)
        } else {
            buffer.writeInteger(UInt8(ascii: "{"))
        }
        for piece in pieces {
            switch piece {
            case .recorded(let bytes): buffer.writeBytes(bytes)
            case .recordID: ids.writeNext(into: &buffer)
            case .household: buffer.writeString("space-home-\(household)")
            }
        }
    }
}
