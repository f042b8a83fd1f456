import JSONScanner
import Logging

/// How a message becomes a line. Whatever is in it, it is one line without control characters: who controls a value controls
/// neither the terminal nor the lines after it.
enum LogFormat: Sendable {
    /// `2026-01-02T03:04:05.678901Z info server: request method=GET path="/a b"`
    case text
    /// `{"time":"…","level":"info","logger":"server","message":"request","method":"GET","path":"/a b"}`
    case json

    /// The line, with its end.
    func line(at time: UnixTime, level: Logger.Level, label: String, message: String, metadata: Logger.Metadata)
        -> [UInt8]
    {
        var line: [UInt8] = []
        line.reserveCapacity(256)
        let fields = metadata.sorted { $0.key < $1.key }
        switch self {
        case .text:
            line += "\(time.rfc3339) \(level.rawValue) \(label): ".utf8
            Self.appendPlain(message, to: &line)
            for (key, value) in fields {
                line.append(UInt8(ascii: " "))
                Self.appendPlain(key, to: &line)
                line.append(UInt8(ascii: "="))
                Self.appendTextValue(value.description, to: &line)
            }
        case .json:
            line += #"{"time":""#.utf8
            line += time.rfc3339.utf8
            line += #"","level":""#.utf8
            line += level.rawValue.utf8
            line += #"","logger":"#.utf8
            Self.appendToken(label, to: &line)
            line += #","message":"#.utf8
            Self.appendToken(message, to: &line)
            for (key, value) in fields {
                line.append(UInt8(ascii: ","))
                Self.appendToken(Self.reserved.contains(key) ? "_" + key : key, to: &line)
                line.append(UInt8(ascii: ":"))
                Self.append(value, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Members that a message's metadata must not repeat.
    private static let reserved: Set<String> = ["time", "level", "logger", "message"]

    private static func append(_ value: Logger.MetadataValue, to line: inout [UInt8]) {
        switch value {
        case .string(let text): appendToken(text, to: &line)
        case .stringConvertible(let number as any BinaryInteger): line += String(number).utf8
        case .stringConvertible(let number as Double) where number.isFinite: line += number.description.utf8
        case .stringConvertible(let value): appendToken(value.description, to: &line)
        case .array(let values):
            line.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                append(value, to: &line)
            }
            line.append(UInt8(ascii: "]"))
        case .dictionary(let members):
            line.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line.append(UInt8(ascii: ",")) }
                appendToken(member.key, to: &line)
                line.append(UInt8(ascii: ":"))
                append(member.value, to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
    }

    /// A JSON string in which U+007F to U+009F, U+2028 and U+2029 are escaped too: terminals and line readers act on them.
    private static func appendToken(_ text: String, to line: inout [UInt8]) {
        guard text.unicodeScalars.contains(where: { $0.actsOnTerminals && $0.value >= 0x20 }) else {
            return JSONStringToken.append(text, to: &line)
        }
        var rest = text.unicodeScalars[...]
        line.append(UInt8(ascii: "\""))
        while let scalar = rest.popFirst() {
            if scalar.actsOnTerminals || scalar == "\"" || scalar == "\\" {
                let digits = String(scalar.value, radix: 16)
                line += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
            } else {
                line += String(scalar).utf8
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    /// A word as it is, anything else as a JSON string.
    private static func appendTextValue(_ text: String, to line: inout [UInt8]) {
        let isWord =
            !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && !$0.actsOnTerminals && $0 != "\"" && $0 != "=" }
        if isWord { line += text.utf8 } else { appendToken(text, to: &line) }
    }

    /// The text, with control characters as in JSON and without quotes around it.
    private static func appendPlain(_ text: String, to line: inout [UInt8]) {
        guard text.unicodeScalars.contains(where: \.actsOnTerminals) else {
            line += text.utf8
            return
        }
        var token: [UInt8] = []
        appendToken(text, to: &token)
        line += token.dropFirst().dropLast()
    }
}

extension Unicode.Scalar {
    /// Control characters of ASCII and Latin-1, and the line and paragraph separators.
    fileprivate var actsOnTerminals: Bool {
        value < 0x20 || (0x7F...0x9F).contains(value) || value == 0x2028 || value == 0x2029
    }
}
