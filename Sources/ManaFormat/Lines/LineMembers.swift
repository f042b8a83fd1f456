import Domain
import JSONScanner
import Kernel

/// The members of a line as slices of it, with what each kind of value must be.
struct LineMembers {
    private let bytes: UnsafeRawBufferPointer
    private var slices: [LineMember: JSONSlice] = [:]

    /// Finds the members of a line, which must be one object without a known member twice. Members that are not known are passed over.
    init(of line: UnsafeRawBufferPointer) throws(LineError) {
        bytes = line
        do throws(JSONScanError) {
            var scanner = try JSONScanner(line)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                guard let member = LineMember(name, in: line) else { continue }
                guard slices.updateValue(try scanner.skipValue(), forKey: member) == nil else {
                    throw JSONScanError(.duplicateMember, at: name.range.lowerBound)
                }
            }
            try scanner.finish()
        } catch {
            throw LineError(error)
        }
    }

    /// The value, if it is there and not null.
    subscript(member: LineMember) -> JSONSlice? {
        guard let slice = slices[member], slice.kind != .null else { return nil }
        return slice
    }

    /// The value, null too.
    func json(_ member: LineMember) -> JSONSlice? {
        slices[member]
    }

    /// A string; nil if there is none.
    func string(_ member: LineMember) throws(LineError) -> String? {
        guard let slice = self[member] else { return nil }
        guard let string = slice.string(in: bytes) else {
            throw LineError("\(member.rawValue) must be a string without lone surrogates.")
        }
        return string
    }

    /// A name by the protocol's rules: at most 512 bytes, without U+0000; nil if there is none or it is empty.
    func name<Kind>(_ member: LineMember, of kind: Name<Kind>.Type) throws(LineError) -> Name<Kind>? {
        guard let text = try string(member), !text.isEmpty else { return nil }
        guard text.utf8.count <= longestName, !text.utf8.contains(0) else {
            throw LineError("\(member.rawValue) must be at most \(longestName) bytes, without U+0000.")
        }
        return Name(text)
    }

    /// A value that must be there.
    static func required<Value>(_ value: Value?, _ member: LineMember) throws(LineError) -> Value {
        guard let value else { throw LineError("\(member.rawValue) is missing or not what it must be.") }
        return value
    }
}
