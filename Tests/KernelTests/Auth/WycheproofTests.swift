import Foundation
import Testing

@testable import Kernel

/// Project Wycheproof's cases for Ed25519, which lie beside the package where they are at hand.
@Suite("Wycheproof")
struct WycheproofTests {
    private struct Document: Decodable {
        struct Group: Decodable {
            struct Key: Decodable { let pk: String }
            struct Case: Decodable {
                let tcId: Int
                let comment: String
                let msg: String
                let sig: String
                let result: String
            }
            let publicKey: Key
            let tests: [Case]
        }
        let numberOfTests: Int
        let testGroups: [Group]
    }

    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "../shared/data/wycheproof/ed25519_test.json")

    @Test(
        "every Ed25519 case has the outcome that the project says",
        .enabled(
            if: FileManager.default.fileExists(atPath: file.path),
            "the cases are not at ../shared/data/wycheproof/ed25519_test.json"))
    func ed25519() throws {
        let document = try JSONDecoder().decode(Document.self, from: Data(contentsOf: Self.file))
        var count = 0
        for group in document.testGroups {
            let key = try Ed25519PublicKey(rawRepresentation: hexadecimal(group.publicKey.pk))
            for test in group.tests {
                count += 1
                let valid = key.isValidSignature(hexadecimal(test.sig), for: hexadecimal(test.msg))
                #expect(valid == (test.result == "valid"), "case \(test.tcId): \(test.comment)")
            }
        }
        #expect(count == document.numberOfTests)
    }
}
