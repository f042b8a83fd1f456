import Foundation
import JSONScanner
import Testing

/// The cases of JSONTestSuite, which lie beside the repository where they are at all.
@Suite("JSONTestSuite")
struct ParsingSuiteTests {
    struct Case: Decodable, CustomTestStringConvertible, Sendable {
        let name: String
        let expect: String
        let base64: String
        var testDescription: String { name }
    }

    static let file = URL(filePath: #filePath).appending(path: "../../../../shared/data/json/parsing.json").standardized
    static let isPresent = FileManager.default.fileExists(atPath: file.path)

    static let cases: [Case] = {
        guard isPresent else { return [] }
        do {
            return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        } catch {
            Issue.record("the cases cannot be read: \(error)")
            return []
        }
    }()

    /// Of the cases that the RFC leaves open, those that are refused: what is no UTF-8, and a byte order mark. All others, which are
    /// numbers beyond any machine's, half surrogate pairs and 500 levels, are accepted.
    static let refusedByChoice: [String: JSONScanError.Reason] = [
        "i_string_UTF-16LE_with_BOM.json": .invalidUTF8,
        "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_invalid_utf-8.json": .invalidUTF8,
        "i_string_iso_latin_1.json": .invalidUTF8,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8,
        "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8,
        "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_utf16BE_no_BOM.json": .invalidUTF8,
        "i_string_utf16LE_no_BOM.json": .invalidUTF8,
        "i_structure_UTF-8_BOM_empty_object.json": .unexpectedByte,
    ]

    @Test(
        "Each case has its outcome, skipped and walked alike",
        .enabled(if: isPresent, "skipped: ../shared/data/json/parsing.json is not beside the repository"),
        arguments: cases)
    func outcome(of testCase: Case) throws {
        let text = [UInt8](try #require(Data(base64Encoded: testCase.base64)))
        let error = scanError(text)
        switch testCase.expect {
        case "accept": #expect(error == nil)
        case "reject": #expect(error != nil)
        default: #expect(error?.reason == Self.refusedByChoice[testCase.name])
        }
        var rejoined: [UInt8] = []
        #expect(walkError(text, rejoined: &rejoined) == error)
    }

    @Test(
        "The cases are all there",
        .enabled(if: isPresent, "skipped: ../shared/data/json/parsing.json is not beside the repository"))
    func areComplete() {
        #expect(Self.cases.count > 300)
    }
}
