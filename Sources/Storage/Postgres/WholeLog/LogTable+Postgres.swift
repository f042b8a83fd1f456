import Domain
import NIOCore
import PostgresClient

extension LogTable {
    /// The table's name.
    var postgresName: String {
        switch self {
        case .changes: "sync_changes"
        case .quarantine: "sync_quarantine"
        case .memberships: "sync_space_memberships"
        case .grants: "sync_space_grants"
        case .inheritance: "sync_space_inheritance"
        case .inherited: "sync_inherited_changes"
        }
    }

    /// Declares a cursor `c` over all rows, in the table's order. A table that was taken over with its old columns has inherited JSON there.
    func postgresCursor(_ form: TableForm) -> String {
        "DECLARE c NO SCROLL CURSOR FOR \(postgresSelection(form))"
    }

    private func postgresSelection(_ form: TableForm) -> String {
        let names = columns.map { column in
            self == .changes && form == .besideOld && TableForm.old.contains(column.storedName)
                ? "CASE WHEN members IS NULL THEN \(TableForm.oldName(column.storedName))::text::json ELSE \(column.storedName) END"
                : column.storedName
        }
        let all = "SELECT \(names.joined(separator: ", ")) FROM \(postgresName)"
        return switch self {
        case .changes: "\(all) ORDER BY created_at, id"
        case .quarantine: "\(all) ORDER BY seq"
        case .memberships: "\(all) ORDER BY user_id COLLATE \"C\""
        case .grants:
            """
            SELECT user_id, space_id, joined_at, inherited_to, may_write::int FROM sync_space_grants
            WHERE ended_at IS NULL ORDER BY grant_id
            """
        case .inheritance:
            // The change that it came to may have been erased since: then the last before it.
            """
            SELECT g.user_id, g.space_id, i.app_id, (
              SELECT c.id FROM sync_changes AS c WHERE c.space_id = g.space_id AND c.app_id = i.app_id
                AND (c.created_at, c.id) <= (i.through_at, i.through_id) ORDER BY c.created_at DESC, c.id DESC LIMIT 1),
              i.is_complete::int
            FROM sync_space_grants AS g JOIN sync_space_inheritance AS i USING (grant_id)
            WHERE g.ended_at IS NULL ORDER BY g.grant_id, i.app_id COLLATE "C"
            """
        case .inherited:
            """
            SELECT g.user_id, g.space_id, i.app_id, i.place, c.id
            FROM sync_space_grants AS g JOIN sync_inherited_changes AS i USING (grant_id) JOIN sync_changes AS c ON c.id = i.change_id
            WHERE g.ended_at IS NULL AND c.space_id = g.space_id AND c.created_at <= g.joined_at
            ORDER BY g.grant_id, i.app_id COLLATE "C", i.place
            """
        }
    }

    /// Stores rows, given as an array for each column; of grants also one of their spaces' keys. What tells of a grant or of a change comes after it.
    var postgresInsertion: String {
        let grant =
            "JOIN sync_space_grants AS g ON g.user_id = r.c0 AND g.space_id = r.c1 AND g.ended_at IS NULL"
        switch self {
        case .changes, .quarantine, .memberships: break
        case .grants:
            return """
                INSERT INTO sync_space_grants (user_id, space_id, joined_at, inherited_to, may_write, lock_key)
                SELECT r.c0, r.c1, r.c2, r.c3, r.c4 <> 0, r.c5
                FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS r (c0, c1, c2, c3, c4, c5, n) ORDER BY r.n
                """
        case .inheritance:
            return """
                INSERT INTO sync_space_inheritance (grant_id, app_id, through_at, through_id, is_complete)
                SELECT g.grant_id, r.c2, coalesce(c.created_at, '-infinity'),
                  coalesce(c.id, '00000000-0000-0000-0000-000000000000'), r.c4 <> 0
                FROM unnest($1, $2, $3, $4, $5) AS r (c0, c1, c2, c3, c4) \(grant) LEFT JOIN sync_changes AS c ON c.id = r.c3
                """
        case .inherited:
            return """
                INSERT INTO sync_inherited_changes (grant_id, app_id, place, change_id)
                SELECT g.grant_id, r.c2, r.c3, r.c4 FROM unnest($1, $2, $3, $4, $5) AS r (c0, c1, c2, c3, c4) \(grant)
                """
        }
        var names = columns.map(\.storedName)
        var values = columns.indices.map { "r.c\($0)" }
        if self == .changes {
            names.append("payload_bytes")
            // Counted as pushes are; inherited rows have none.
            let texts = ["data", "fieldTimestamps", "fieldValues", "actor"].compactMap(index(of:))
            let sizes = texts.map { "coalesce(octet_length(r.c\($0)::text), 0)" }.joined(separator: " + ")
            values.append("CASE WHEN r.c\(index(of: "members") ?? 0) IS NULL THEN NULL ELSE \(sizes) END")
        }
        return """
            INSERT INTO \(postgresName) (\(names.joined(separator: ", ")))
            SELECT \(values.joined(separator: ", "))
            FROM unnest(\(columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")))
              WITH ORDINALITY AS r (\((columns.indices.map { "c\($0)" } + ["n"]).joined(separator: ", "))) ORDER BY r.n
            """
    }
}

extension LogColumn {
    /// The type in which its values are sent.
    fileprivate var postgresType: PostgresType {
        switch kind {
        case .integer: .int8
        case .time: .timestamptz
        case .text: .text
        case .json: .json
        case .uuid: .uuid
        }
    }

    /// The values of a column of many rows.
    func array(of records: [LogRecord], at index: Int) throws(PostgresError) -> PostgresArray {
        var array = try PostgresArray(of: postgresType)
        for record in records {
            switch record.values[index] {
            case .null: array.appendNull()
            case .integer(let number):
                if kind == .time { array.append(timestamp: number) } else { array.append(number) }
            case .text(let text): try array.append(text)
            case .bytes(let bytes):
                guard let high = bytes.getInteger(at: bytes.readerIndex, as: UInt64.self),
                    let low = bytes.getInteger(at: bytes.readerIndex + 8, as: UInt64.self)
                else {
                    array.appendNull()
                    continue
                }
                array.append(uuid: high, low)
            }
        }
        return array
    }

    /// The value of a column of a row.
    func value(_ result: PostgresResult, _ row: Int, _ column: Int) -> LogValue {
        if result.isNull(row, column) { return .null }
        switch kind {
        case .integer: return result.integer(row, column).map { .integer($0) } ?? .null
        case .time: return result.timestamp(row, column).map { .integer($0) } ?? .null
        case .text, .json:
            return result.withBytes(row, column) {
                .text(ByteBuffer(bytes: $0 ?? UnsafeRawBufferPointer(start: nil, count: 0)))
            }
        case .uuid:
            guard let id = result.uuid(row, column) else { return .null }
            var bytes = ByteBuffer()
            bytes.writeInteger(id.high)
            bytes.writeInteger(id.low)
            return .bytes(bytes)
        }
    }
}

extension PostgresArray {
    fileprivate mutating func append(_ text: ByteBuffer) throws(PostgresError) {
        let result: Result<Void, PostgresError> = text.withUnsafeReadableBytes { bytes in
            do throws(PostgresError) {
                try append(utf8: bytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }
}
