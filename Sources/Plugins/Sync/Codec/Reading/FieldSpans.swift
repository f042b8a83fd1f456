import Domain
import JSONScanner

/// One member of a change's `fields`, as spans of the body.
struct FieldSpan {
    /// The name's token.
    var name: JSONSlice
    /// The name, where its token holds escapes.
    var unescapedName: String?
    /// `value`; none means null.
    var value: JSONSlice?
    /// `updatedAt` unless absent or null, else `at`.
    var timestamp: JSONSlice?
    /// Which member of `fields` it is, counted from 0.
    var index: Int

    /// Calls `body` with the name's UTF-8.
    func withName<Result>(
        in bytes: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        guard var unescapedName else { return body(UnsafeRawBufferPointer(rebasing: bytes[name.contentRange])) }
        return unescapedName.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    fileprivate func hasName(of other: FieldSpan, in bytes: UnsafeRawBufferPointer) -> Bool {
        withName(in: bytes) { name in
            other.withName(in: bytes) { $0.count == name.count && $0.elementsEqual(name) }
        }
    }
}

/// The members of a change's `fields`; where a name occurs more than once, its first place with its last content, as in JSON.parse.
///
/// One value is used for all changes of a changeset, so that its memory is allocated once.
struct FieldSpans {
    private enum FieldKind {}

    /// Up to this many fields, looking through all is faster than hashing.
    private static let fewFields = 32

    /// The fields, in the order in which their names first occurred.
    private(set) var fields: [FieldSpan] = []
    /// The first member whose name is none.
    private(set) var faultyName: Int?
    private var members = 0
    /// Where each name is, once there are more than a few.
    private var places: [Name<FieldKind>: Int] = [:]

    /// Forgets everything.
    mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        faultyName = nil
        members = 0
        if !places.isEmpty { places = [:] }
    }

    /// Takes the next member.
    mutating func add(
        name: JSONSlice, value: JSONSlice?, timestamp: JSONSlice?, in bytes: UnsafeRawBufferPointer
    ) {
        defer { members += 1 }
        var field = FieldSpan(name: name, value: value, timestamp: timestamp, index: members)
        if name.hasEscapes {
            field.unescapedName = name.name(in: bytes)
            if field.unescapedName == nil { faultyName = faultyName ?? members }
        } else if name.contentRange.count > longestName {
            faultyName = faultyName ?? members
        }
        // One faulty name refuses the change, whatever comes after it.
        guard faultyName == nil else { return }
        if let place = place(for: field, in: bytes) { fields[place] = field } else { fields.append(field) }
    }

    /// The last field of this name, if there is one.
    func field(named name: StaticString, in bytes: UnsafeRawBufferPointer) -> FieldSpan? {
        fields.first { $0.name.equals(name, in: bytes) }
    }

    /// The place of an earlier field of the same name. Without one, the field is expected to be appended.
    private mutating func place(for field: FieldSpan, in bytes: UnsafeRawBufferPointer) -> Int? {
        if fields.count < Self.fewFields {
            return fields.firstIndex { $0.hasName(of: field, in: bytes) }
        }
        if places.isEmpty {
            for (place, field) in fields.enumerated() { places[key(of: field, in: bytes)] = place }
        }
        let key = key(of: field, in: bytes)
        if let place = places[key] { return place }
        places[key] = fields.count
        return nil
    }

    private func key(of field: FieldSpan, in bytes: UnsafeRawBufferPointer) -> Name<FieldKind> {
        Name(field.withName(in: bytes) { String(decoding: $0, as: UTF8.self) })
    }
}
