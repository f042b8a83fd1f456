package import Domain
import JSONScanner

/// The columns that hold a change's payload (decision 3).
package enum PayloadColumn: Sendable {
    case data, timestamps, values, deletedAt
}

extension ChangeRow {
    /// Lends the row to `take` with its payload filled in from the columns that `text` gives.
    ///
    /// - Parameter members: what it was pushed with; nil for a row that another server wrote. Nothing is copied but an inherited `deletedAt` that has escapes.
    package mutating func withPayload<Result>(
        of members: PayloadMembers?, in text: (PayloadColumn) -> UnsafeRawBufferPointer?,
        _ take: (borrowing ChangeRow) -> Result
    ) -> Result {
        guard let members else { return withInheritedPayload(in: text, take) }
        let stored = text(.data)
        data = members.contains(.data) ? stored : nil
        if members.contains(.fields) {
            fieldValues = members.contains(.data) ? text(.values) : stored
            fieldTimestamps = text(.timestamps)
        }
        deletedAt = members.contains(.deletedAt) ? text(.deletedAt) : nil
        return take(self)
    }

    /// A row that another server wrote: what its `data` is depends on what the change does.
    private mutating func withInheritedPayload<Result>(
        in text: (PayloadColumn) -> UnsafeRawBufferPointer?, _ take: (borrowing ChangeRow) -> Result
    ) -> Result {
        let object = text(.data).flatMap { $0.first == UInt8(ascii: "{") ? $0 : nil }
        switch operation {
        case .insert: data = object
        case .update:
            fieldValues = object
            fieldTimestamps = object == nil ? nil : text(.timestamps)
        case .delete:
            guard let object, let found = inheritedDeletedAt(in: object) else { break }
            guard found.hasEscapes else {
                deletedAt = UnsafeRawBufferPointer(rebasing: object[found.contentRange])
                break
            }
            guard var unescaped = found.string(in: object) else { break }
            return unescaped.withUTF8 { text in
                deletedAt = UnsafeRawBufferPointer(text)
                return take(self)
            }
        }
        return take(self)
    }
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

extension Operation {
    /// Reads the column `op`, which holds nothing but the three operations: they begin with different letters.
    package init?(stored text: UnsafeRawBufferPointer?) {
        switch text?.first {
        case UInt8(ascii: "i"): self = .insert
        case UInt8(ascii: "u"): self = .update
        case UInt8(ascii: "d"): self = .delete
        default: return nil
        }
    }
}
