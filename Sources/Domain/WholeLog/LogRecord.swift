public import NIOCore

/// One row of a table of the log, with all that is stored of it.
public struct LogRecord: Hashable, Sendable {
    /// The values, in the order of the table's columns.
    public var values: [LogValue]

    /// A row of its values.
    public init(_ values: [LogValue]) {
        self.values = values
    }

    /// About how many bytes of memory its content takes.
    public var size: Int {
        values.reduce(16) { sum, value in
            switch value {
            case .null, .integer: sum + 8
            case .text(let bytes), .bytes(let bytes): sum + 8 + bytes.readableBytes
            }
        }
    }
}

/// A value of a row.
public enum LogValue: Hashable, Sendable {
    case null
    /// A number, or an instant in microseconds since 1970.
    case integer(Int64)
    /// Text or JSON, in UTF-8.
    case text(ByteBuffer)
    /// A UUID's 16 bytes.
    case bytes(ByteBuffer)

    /// The number, if it is one.
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The text, if it is one.
    public var string: String? {
        if case .text(let bytes) = self { String(buffer: bytes) } else { nil }
    }

    /// Whether a column may have it.
    public func fits(_ column: LogColumn) -> Bool {
        switch (self, column.kind) {
        case (.null, _): column.isOptional
        case (.integer, .integer), (.integer, .time), (.text, .text), (.text, .json): true
        case (.bytes(let bytes), .uuid): bytes.readableBytes == 16
        default: false
        }
    }
}
