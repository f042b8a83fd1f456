import Domain
import JSONScanner
import Kernel
import NIOCore

extension ArchivedChange {
    /// Reads a line, without its line feed. What it carries shares the line's memory.
    ///
    /// - Parameters:
    ///   - isQuarantined: Whether the change must have a reason, and may lack an id.
    ///   - newestSchemaVersion: The newest schema version that the server knows.
    init(line: ByteBuffer, isQuarantined: Bool, newestSchemaVersion: Int) throws(LineError) {
        let read = line.withUnsafeReadableBytes { bytes in
            Result { () throws(LineError) in
                try ArchivedChange(
                    bytes, of: line, isQuarantined: isQuarantined, newestSchemaVersion: newestSchemaVersion)
            }
        }
        self = try read.get()
    }

    private init(
        _ bytes: UnsafeRawBufferPointer, of line: ByteBuffer, isQuarantined: Bool, newestSchemaVersion: Int
    ) throws(LineError) {
        let members = try LineMembers(of: bytes)
        let eventID = try members.string(.eventID)
        self.eventID = eventID.flatMap { EventID(text: $0) }
        guard self.eventID != nil || isQuarantined && eventID == nil else { throw LineError("eventId must be a UUID.") }
        schemaVersion = try Self.schemaVersion(members[.schemaVersion], newest: newestSchemaVersion, in: bytes)
        app = try LineMembers.required(try members.string(.app).flatMap { AppID($0) }, .app)
        table = try LineMembers.required(try members.name(.table, of: TableName.self), .table)
        record = try LineMembers.required(try members.name(.record, of: RecordID.self), .record)
        operation = try LineMembers.required(
            try members.string(.operation).flatMap { Operation(rawValue: $0) }, .operation)
        client = try members.name(.client, of: ClientID.self)
        createdAt = try LineMembers.required(try members.string(.createdAt).flatMap { Cursor(text: $0) }, .createdAt)
        space = try members.name(.space, of: SpaceID.self)
        origin = try members.string(.origin)
        user = try members.name(.user, of: UserID.self)
        let reason = try members.string(.reason).flatMap { RejectionReason(rawValue: $0) }
        self.reason = isQuarantined ? try LineMembers.required(reason, .reason) : nil
        payload = try PayloadReader(members: members, bytes: bytes, line: line).payload(of: operation)
    }

    /// The version; one that is absent, 0 or less is 1.
    private static func schemaVersion(
        _ slice: JSONSlice?, newest: Int, in bytes: UnsafeRawBufferPointer
    ) throws(LineError) -> Int {
        guard let slice else { return 1 }
        guard let version = slice.integer(in: bytes) else { throw LineError("schemaVersion must be an integer.") }
        guard version <= newest else {
            throw LineError(
                "The change is of a schema version that is not supported.", code: .unsupportedVersion)
        }
        return max(1, version)
    }
}
