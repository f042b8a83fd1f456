import Domain
import JSONScanner
import Kernel

extension ManaManifest {
    /// The JSON text, in a fixed order of members.
    var json: [UInt8] {
        var text: [UInt8] = []
        func member(_ name: String, _ number: Int) {
            text += ",\"\(name)\":\(number)".utf8
        }
        func member(_ name: String, _ string: String) {
            text += ",\"\(name)\":".utf8
            JSONStringToken.append(string, to: &text)
        }
        text += "{\"formatVersion\":\(formatVersion)".utf8
        member("schemaVersion", schemaVersion)
        member("userId", user.text)
        member("createdAt", createdAt.rfc3339)
        member("eventCount", eventCount)
        member("eventsSha256", eventsSHA256)
        text += ",\"apps\":[".utf8
        for (index, app) in apps.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            JSONStringToken.append(app.text, to: &text)
        }
        text += "]".utf8
        member("producedBy", producedBy)
        member("schemaVersionMin", schemaVersions.lowerBound)
        member("schemaVersionMax", schemaVersions.upperBound)
        return text + "}\n".utf8
    }

    /// Reads a manifest. Members that are not known are passed over; `producedBy` may be absent.
    ///
    /// - Throws: ``ManaError`` with `unsupportedVersion` for a newer format, else `invalidArchive`.
    init(parsing text: [UInt8]) throws(ManaError) {
        let json: JSONValue
        do throws(JSONScanError) {
            json = try JSONValue(parsing: text, maximumLength: Self.maximumLength)
        } catch {
            throw Self.invalid("The manifest is no JSON: \(error).")
        }
        guard let format = json["formatVersion"]?.integer else {
            throw Self.invalid("The manifest has no formatVersion.")
        }
        guard format == Self.currentFormatVersion else {
            throw ManaError(
                .unsupportedVersion, "The archive is of a format version that is not supported.", in: .entry(.manifest))
        }
        formatVersion = format
        schemaVersion = try Self.count(json, "schemaVersion")
        user = UserID(try Self.string(json, "userId"))
        guard let time = UnixTime(rfc3339: try Self.string(json, "createdAt")) else {
            throw Self.invalid("The manifest's createdAt is no RFC 3339 timestamp.")
        }
        createdAt = time
        eventCount = try Self.count(json, "eventCount")
        eventsSHA256 = try Self.string(json, "eventsSha256")
        guard let names = json["apps"]?.elements else { throw Self.invalid("The manifest has no apps.") }
        apps = names.compactMap { $0.string.flatMap { AppID($0) } }
        guard apps.count == names.count else { throw Self.invalid("The manifest names an app that can be none.") }
        producedBy = json["producedBy"]?.string ?? ""
        let (lowest, highest) = (try Self.count(json, "schemaVersionMin"), try Self.count(json, "schemaVersionMax"))
        guard lowest <= highest else { throw Self.invalid("The manifest's schemaVersionMin is above its maximum.") }
        schemaVersions = lowest...highest
    }

    /// The most bytes that a manifest may have.
    static let maximumLength = 1 << 20

    private static func string(_ json: JSONValue, _ name: String) throws(ManaError) -> String {
        guard let string = json[name]?.string else { throw invalid("The manifest has no \(name).") }
        return string
    }

    private static func count(_ json: JSONValue, _ name: String) throws(ManaError) -> Int {
        guard let count = json[name]?.integer, count >= 0 else { throw invalid("The manifest has no \(name).") }
        return count
    }

    private static func invalid(_ message: String) -> ManaError {
        ManaError(.invalidArchive, message, in: .entry(.manifest))
    }
}
