public import Domain
import JSONScanner
import Kernel

extension ErasureLedger {
    /// The ledger as JSON: as it is kept in bundles, and beside the artifacts.
    public var json: [UInt8] {
        let secret = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        var text = "{\"formatVersion\":1,\"secret\":\"\(secret)\",\"erasures\":["
        for (index, entry) in entries.enumerated() {
            if index > 0 { text += "," }
            text +=
                "\n{\"pseudonym\":\"\(entry.pseudonym.hexadecimal)\",\"place\":\"\(entry.place.time.rfc3339)\",\"erasedAt\":\"\(entry.erasedAt.rfc3339)\"}"
        }
        return Array("\(text)]}\n".utf8)
    }

    /// Reads a ledger.
    ///
    /// - Throws: ``ManaError`` with `invalidArchive`, or `unsupportedVersion` for a newer format.
    public init(parsing text: [UInt8]) throws(ManaError) {
        let json: JSONValue
        do throws(JSONScanError) {
            json = try JSONValue(parsing: text, maximumLength: Self.maximumLength)
        } catch {
            throw Self.invalid("The ledger of erasures is no JSON: \(error).")
        }
        guard json["formatVersion"]?.integer == 1 else {
            throw ManaError(
                .unsupportedVersion, "The ledger of erasures is of a format that is not supported.", in: .archive)
        }
        guard let secret = json["secret"]?.string.flatMap(Self.bytes(hexadecimal:)),
            let entries = json["erasures"]?.elements
        else { throw Self.invalid("The ledger of erasures has no secret or no erasures.") }
        self.init(secret: secret, entries: [])
        for entry in entries {
            guard
                let pseudonym = entry["pseudonym"]?.string.flatMap(Self.bytes(hexadecimal:))
                    .flatMap({ SHA256Digest(bytes: $0) }),
                let place = entry["place"]?.string.flatMap({ Cursor(text: $0) }),
                let erasedAt = entry["erasedAt"]?.string.flatMap({ UnixTime(rfc3339: $0) })
            else { throw Self.invalid("The ledger of erasures has an entry that is not whole.") }
            self.entries.append(Entry(pseudonym: pseudonym, place: place, erasedAt: erasedAt))
        }
    }

    /// The most bytes that a ledger may have: room for a million erasures.
    public static let maximumLength = 256 << 20

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func invalid(_ message: String) -> ManaError {
        ManaError(.invalidArchive, message, in: .archive)
    }
}
