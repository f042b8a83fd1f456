import Domain
import JSONScanner
import Kernel

extension BundleManifest {
    /// The JSON text, in a fixed order of members.
    var json: [UInt8] {
        var text: [UInt8] = []
        func member(_ name: String, _ string: String) {
            text += ",\"\(name)\":".utf8
            JSONStringToken.append(string, to: &text)
        }
        let apps = rowCounts.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let events = entries.first { $0.name == BundleEntry.events.rawValue }
        text += "{\"formatVersion\":\(formatVersion),\"scope\":\"org\",\"schemaVersion\":1".utf8
        member("createdAt", createdAt.rfc3339)
        member("producedBy", producedBy)
        member("clock", clock.time.rfc3339)
        text += ",\"eventCount\":\(eventCount)".utf8
        member("eventsSha256", events?.sha256 ?? "")
        text += ",\"apps\":[".utf8
        for (index, app) in apps.enumerated() {
            if index > 0 { text += ",".utf8 }
            JSONStringToken.append(app, to: &text)
        }
        text += "],\"rowCounts\":{".utf8
        for (index, app) in apps.enumerated() {
            if index > 0 { text += ",".utf8 }
            JSONStringToken.append(app, to: &text)
            text += ":\(rowCounts[app] ?? 0)".utf8
        }
        text += "},\"entries\":[".utf8
        for (index, entry) in entries.enumerated() {
            text += index > 0 ? ",{\"name\":".utf8 : "{\"name\":".utf8
            JSONStringToken.append(entry.name, to: &text)
            text += ",\"rows\":\(entry.rows),\"bytes\":\(entry.bytes),\"sha256\":\"\(entry.sha256)\"}".utf8
        }
        return text + "]}\n".utf8
    }

    /// Reads a manifest. Members that are not known are passed over.
    ///
    /// - Throws: ``ManaError`` with `unsupportedVersion` for a newer format, else `invalidArchive`, also for an archive of one user.
    init(parsing text: [UInt8]) throws(ManaError) {
        let json: JSONValue
        do throws(JSONScanError) {
            json = try JSONValue(parsing: text, maximumLength: Self.maximumLength)
        } catch {
            throw Self.invalid("The manifest is no JSON: \(error).")
        }
        guard json["scope"]?.string == "org" else {
            throw Self.invalid("This is no backup of a whole log: the manifest's scope is not org.")
        }
        guard let version = json["formatVersion"]?.integer, (1...Self.version).contains(version) else {
            throw ManaError(
                .unsupportedVersion, "The bundle is of a format version that is not supported.", in: .entry(.manifest))
        }
        guard let createdAt = json["createdAt"]?.string.flatMap({ UnixTime(rfc3339: $0) }),
            let clock = json["clock"]?.string.flatMap({ Cursor(text: $0) }),
            let counts = json["rowCounts"]?.members, let entries = json["entries"]?.elements
        else { throw Self.invalid("The manifest lacks createdAt, clock, rowCounts or entries.") }
        self.init(createdAt: createdAt, clock: clock, rowCounts: [:], entries: [])
        formatVersion = version
        for member in counts {
            guard let count = member.value.integer, count >= 0 else { throw Self.invalid("A row count is no number.") }
            rowCounts[member.name] = Int64(count)
        }
        for entry in entries {
            guard let name = entry["name"]?.string, let rows = entry["rows"]?.integer,
                let bytes = entry["bytes"]?.integer, let sha256 = entry["sha256"]?.string
            else { throw Self.invalid("An entry of the manifest is incomplete.") }
            self.entries.append(Entry(name: name, rows: Int64(rows), bytes: Int64(bytes), sha256: sha256))
        }
        producedBy = json["producedBy"]?.string ?? ""
    }

    private static func invalid(_ message: String) -> ManaError {
        ManaError(.invalidArchive, message, in: .entry(.manifest))
    }
}
