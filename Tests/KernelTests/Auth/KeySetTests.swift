import Testing

@testable import Kernel

@Suite("Key sets")
struct KeySetTests {
    private let first: Ed25519PublicKey
    private let second: Ed25519PublicKey

    init() throws {
        first = try Ed25519PrivateKey.numbered(1).publicKey
        second = try Ed25519PrivateKey.numbered(2).publicKey
    }

    @Test("keys are found by their ids")
    func keys() throws {
        let set = try KeySet(
            parsing: keySetDocument([jwk("a", first), jwk("b", second, #","use":"sig","alg":"EdDSA""#)]))
        #expect(set.keys == ["a": first, "b": second])
        #expect(set.refusals.isEmpty)
    }

    @Test("the document of a key is read as a set of that key under its thumbprint")
    func ownDocument() throws {
        #expect(try KeySet(parsing: first.keySetDocument()).keys == [first.thumbprint(): first])
    }

    @Test(
        "keys of another kind are skipped, and never fatal",
        arguments: [
            #"{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}"#,
            #"{"kty":"EC","crv":"P-256","kid":"a","x":"AA","y":"AA"}"#,
            #"{"kty":"OKP","crv":"X25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed448","kid":"a","x":"AA"}"#,
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed25519","kid":"","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed25519","kid":7,"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed25519","kid":"a","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed25519","kid":"a","alg":"ES256","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{"kty":"OKP","crv":"Ed25519","kid":"a","key_ops":["sign"],"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
            #"{}"#, #"null"#, #"[]"#, #""a""#, #"1"#,
        ])
    func skipped(element: String) throws {
        let set = try KeySet(parsing: keySetDocument([element, jwk("b", second)]))
        #expect(set.keys == ["b": second])
        #expect(set.refusals.isEmpty)
    }

    @Test(
        "a bad Ed25519 key is refused for itself",
        arguments: [
            "", "AA", "not base64url!", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            // Zero: of order 4.
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            // 2^255 - 19 + 2.
            "7________________________________________38",
        ])
    func refused(x: String) throws {
        let bad = #"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"\#(x)"}"#
        let set = try KeySet(parsing: keySetDocument([bad, jwk("b", second)]))
        #expect(set.keys == ["b": second])
        #expect(set.refusals.count == 1)
    }

    @Test("a key that is published with its private half is refused")
    func privateHalf() throws {
        let set = try KeySet(parsing: keySetDocument([jwk("a", first, #","d":"AA""#)]))
        #expect(set.keys.isEmpty && set.refusals.count == 1)
    }

    @Test("two different keys under one id refuse that id, in any order and number")
    func ambiguous() throws {
        for keys in [[first, second], [second, first], [first, second, first], [first, first, second]] {
            let set = try KeySet(parsing: keySetDocument(keys.map { jwk("a", $0) } + [jwk("b", second)]))
            #expect(set.keys == ["b": second])
            #expect(set.refusals.count == 1)
        }
    }

    @Test("the same key twice under one id is one key")
    func twice() throws {
        #expect(try KeySet(parsing: keySetDocument([jwk("a", first), jwk("a", first)])).keys == ["a": first])
    }

    @Test("a set of no keys is a set")
    func empty() throws {
        #expect(try KeySet(parsing: keySetDocument([])).keys.isEmpty)
    }

    @Test("64 keys are read, 65 refused, of whatever type")
    func count() throws {
        let rsa = #"{"kty":"RSA"}"#
        #expect(
            try KeySet(parsing: keySetDocument(Array(repeating: rsa, count: 63) + [jwk("a", first)])).keys.count == 1)
        #expect(throws: KeySetError.tooManyKeys) {
            try KeySet(parsing: keySetDocument(Array(repeating: rsa, count: 64) + [jwk("a", first)]))
        }
    }

    @Test("256 KiB are read, one byte more refused")
    func size() throws {
        let document = keySetDocument([jwk("a", first)])
        let padding = [UInt8](repeating: UInt8(ascii: " "), count: KeySet.maximumByteCount - document.count)
        #expect(try KeySet(parsing: document + padding).keys == ["a": first])
        #expect(throws: KeySetError.tooLarge) { try KeySet(parsing: document + padding + [0x20]) }
    }

    @Test("what is no key set is refused", arguments: ["{}", "[]", "null", #"{"keys":{}}"#, #"{"keys":null}"#])
    func noKeySet(text: String) {
        #expect(throws: KeySetError.noKeys) { try KeySet(parsing: Array(text.utf8)) }
    }

    @Test(
        "what is not strict JSON is refused",
        arguments: ["", "<html>", #"{"keys":[]"#, #"{"keys":[],"keys":[]}"#, #"{"keys":[{"kid":"a","kid":"b"}]}"#])
    func noJSON(text: String) throws {
        let error = try #require(throws: KeySetError.self) { try KeySet(parsing: Array(text.utf8)) }
        guard case .notJSON = error else {
            Issue.record("\(error)")
            return
        }
    }
}
