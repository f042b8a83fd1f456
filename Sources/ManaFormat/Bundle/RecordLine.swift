import Domain
import JSONScanner
import Kernel
import NIOCore

/// A row of the log as a line of JSON: a member for each column that is not null.
///
/// JSON stands in the line as it is. Where it cannot, since it has line breaks or white space around it, it stands there as a string, in a member whose name ends with `Text`: so every byte of it
/// comes back.
struct RecordLine {
    private let columns: [LogColumn]
    private let members: [String: (column: Int, isText: Bool)]

    init(of table: LogTable) {
        columns = table.columns
        var members: [String: (column: Int, isText: Bool)] = [:]
        for (index, column) in columns.enumerated() {
            members[column.name] = (index, false)
            if column.kind == .json { members["\(column.name)Text"] = (index, true) }
        }
        self.members = members
    }

    // MARK: Writing

    /// Appends the line with its line feed.
    func write(_ record: LogRecord, into line: inout ByteBuffer) {
        var separator: StaticString = "{\""
        for (column, value) in zip(columns, record.values) where value != .null {
            line.writeStaticString(separator)
            separator = ",\""
            line.writeString(column.name)
            write(value, of: column, into: &line)
        }
        line.writeStaticString("}\n")
    }

    private func write(_ value: LogValue, of column: LogColumn, into line: inout ByteBuffer) {
        switch value {
        case .null: break
        case .integer(let number):
            line.writeStaticString("\":")
            if column.kind == .time {
                line.writeString("\"\(UnixTime(microseconds: number).rfc3339)\"")
            } else {
                line.writeString(String(number))
            }
        case .text(let text):
            if column.kind == .json, Self.canStand(text) {
                line.writeStaticString("\":")
                line.writeImmutableBuffer(text)
            } else {
                line.writeStaticString(column.kind == .json ? "Text\":" : "\":")
                text.withUnsafeReadableBytes { bytes in
                    var token: [UInt8] = []
                    JSONStringToken.append(String(decoding: bytes, as: UTF8.self), to: &token)
                    line.writeBytes(token)
                }
            }
        case .bytes(let bytes):
            line.writeStaticString("\":\"")
            let high = bytes.getInteger(at: bytes.readerIndex, as: UInt64.self) ?? 0
            let low = bytes.getInteger(at: bytes.readerIndex + 8, as: UInt64.self) ?? 0
            line.writeString(EventID(high: high, low: low).description)
            line.writeStaticString("\"")
        }
    }

    /// Whether JSON can stand in a line as it is.
    private static func canStand(_ text: ByteBuffer) -> Bool {
        text.withUnsafeReadableBytes { bytes in
            guard !bytes.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return false }
            do throws(JSONScanError) {
                var scanner = try JSONScanner(bytes, maximumDepth: 400)
                let value = try scanner.skipValue()
                try scanner.finish()
                // What reads it takes the value without the white space around it.
                return value.range == 0..<bytes.count
            } catch {
                return false
            }
        }
    }

    // MARK: Reading

    /// Reads a line, without its line feed. Members that are not known are passed over.
    func record(of line: ByteBuffer) throws(LineError) -> LogRecord {
        let read: Result<LogRecord, LineError> = line.withUnsafeReadableBytes { bytes in
            do throws(LineError) { return .success(try record(of: bytes, in: line)) } catch { return .failure(error) }
        }
        return try read.get()
    }

    private func record(of bytes: UnsafeRawBufferPointer, in line: ByteBuffer) throws(LineError) -> LogRecord {
        var values = [LogValue](repeating: .null, count: columns.count)
        do throws(JSONScanError) {
            var scanner = try JSONScanner(bytes)
            try scanner.enterObject()
            while let name = try scanner.nextMember() {
                let slice = try scanner.skipValue()
                guard let text = name.string(in: bytes), let member = members[text] else { continue }
                guard values[member.column] == .null, let value = value(of: slice, member, bytes, line) else {
                    throw JSONScanError(.duplicateMember, at: name.range.lowerBound)
                }
                values[member.column] = value
            }
            try scanner.finish()
        } catch {
            throw LineError(error)
        }
        for (column, value) in zip(columns, values) where !value.fits(column) {
            throw LineError("\(column.name) is missing or not what it must be.")
        }
        return LogRecord(values)
    }

    /// The value of a member; nil for one that is not of the column's kind.
    private func value(
        of slice: JSONSlice, _ member: (column: Int, isText: Bool), _ bytes: UnsafeRawBufferPointer, _ line: ByteBuffer
    ) -> LogValue? {
        switch columns[member.column].kind {
        case .integer: slice.integer(in: bytes).map { .integer(Int64($0)) }
        case .time: slice.string(in: bytes).flatMap { UnixTime(rfc3339: $0) }.map { .integer($0.microseconds) }
        case .text: slice.string(in: bytes).map { .text(ByteBuffer(string: $0)) }
        case .json:
            member.isText
                ? slice.string(in: bytes).map { .text(ByteBuffer(string: $0)) } : .text(line.slice(slice.range))
        case .uuid:
            slice.string(in: bytes).flatMap { EventID(text: $0) }.map { id in
                var buffer = ByteBuffer()
                buffer.writeInteger(id.high)
                buffer.writeInteger(id.low)
                return .bytes(buffer)
            }
        }
    }
}
