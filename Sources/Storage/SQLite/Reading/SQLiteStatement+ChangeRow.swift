import Domain
import JSONScanner
import Kernel

extension SQLiteStatement {
    /// Where the current row stands in the change clock.
    var place: Int64 { integer(ChangeColumn.createdAt.rawValue) }

    /// The current row's event id.
    var eventID: EventID { eventID(in: ChangeColumn.id.rawValue) }

    /// The event id in a column; zero where there is none.
    func eventID(in column: Int32) -> EventID {
        let bytes = blob(column)
        guard bytes.count == 16 else { return EventID(high: 0, low: 0) }
        return EventID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// Lends the current row to `take`. Nothing is copied but an inherited `deletedAt` that has escapes.
    func withChangeRow<Result>(_ take: (borrowing ChangeRow) -> Result) throws(StoreError) -> Result {
        guard let operation = operation(in: text(.operation)) else {
            throw StoreError(.unusable, "The database is damaged.", cause: "a change of an unknown operation")
        }
        var row = ChangeRow(
            cursor: Cursor(UnixTime(microseconds: place)), eventID: eventID,
            schemaVersion: Int(integer(ChangeColumn.schemaVersion.rawValue)), operation: operation,
            app: present(.app), table: present(.table), record: present(.record), user: present(.user),
            client: present(.client), space: text(.space), origin: text(.origin), actor: text(.actor))
        guard isNull(ChangeColumn.members.rawValue) else {
            let members = PayloadMembers(
                rawValue: UInt8(truncatingIfNeeded: integer(ChangeColumn.members.rawValue)))
            let data = text(.data)
            row.data = members.contains(.data) ? data : nil
            if members.contains(.fields) {
                row.fieldValues = members.contains(.data) ? text(.values) : data
                row.fieldTimestamps = text(.timestamps)
            }
            row.deletedAt = members.contains(.deletedAt) ? text(.deletedAt) : nil
            return take(row)
        }
        return takeInherited(&row, take)
    }

    /// A row that another server wrote: what its `data` is depends on what the change does.
    private func takeInherited<Result>(_ row: inout ChangeRow, _ take: (borrowing ChangeRow) -> Result) -> Result {
        let object = text(.data).flatMap { $0.first == UInt8(ascii: "{") ? $0 : nil }
        switch row.operation {
        case .insert: row.data = object
        case .update:
            row.fieldValues = object
            row.fieldTimestamps = object == nil ? nil : text(.timestamps)
        case .delete:
            guard let object, let deletedAt = inheritedDeletedAt(in: object) else { break }
            guard deletedAt.hasEscapes else {
                row.deletedAt = UnsafeRawBufferPointer(rebasing: object[deletedAt.contentRange])
                break
            }
            guard var unescaped = deletedAt.string(in: object) else { break }
            return unescaped.withUTF8 { text in
                row.deletedAt = UnsafeRawBufferPointer(text)
                return take(row)
            }
        }
        return take(row)
    }

    /// The last `deletedAt` in an object, if it is a string. Rows are valid JSON; one that is not has none.
    private func inheritedDeletedAt(in object: UnsafeRawBufferPointer) -> JSONSlice? {
        var scanner = JSONScanner(validUTF8: object)
        var found: JSONSlice?
        do throws(JSONScanError) {
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                if scanner.equals(name, "deletedAt") { found = try scanner.skipValue() }
            }
        } catch {
            return nil
        }
        return found?.kind == .string ? found : nil
    }

    private func text(_ column: ChangeColumn) -> UnsafeRawBufferPointer? { text(column.rawValue) }

    private func present(_ column: ChangeColumn) -> UnsafeRawBufferPointer {
        text(column.rawValue) ?? UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// The operations begin with different letters.
    private func operation(in text: UnsafeRawBufferPointer?) -> Operation? {
        switch text?.first {
        case UInt8(ascii: "i"): .insert
        case UInt8(ascii: "u"): .update
        case UInt8(ascii: "d"): .delete
        default: nil
        }
    }
}

extension ChangeRow {
    /// How many bytes a client gets of it at the least.
    var leastBytes: Int {
        func count(_ text: UnsafeRawBufferPointer?) -> Int { text?.count ?? 0 }
        return table.count + record.count + count(data) + count(fieldValues) + count(fieldTimestamps)
            + count(deletedAt) + count(actor) + count(space) + count(origin)
    }
}
