import Testing

@testable import Kernel

@Suite("Ed25519 keys")
struct Ed25519Tests {
    /// RFC 8037 appendix A.1.
    private let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"
    private let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    /// RFC 8037 appendix A.4.
    private let signingInput = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    private let signature = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

    @Test("the vectors of RFC 8037 appendix A: public key, thumbprint, signature")
    func vectors() throws {
        let key = try Ed25519PrivateKey(seed: try #require(Base64URL.decode(seed.utf8)))
        #expect(Base64URL.encode(key.publicKey.rawRepresentation) == x)
        #expect(try key.publicKey.thumbprint() == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(Base64URL.encode(try key.signature(of: Array(signingInput.utf8))) == signature)
    }

    @Test("the signature of RFC 8037 appendix A.5 verifies, and no other does")
    func verification() throws {
        let key = try Ed25519PublicKey(rawRepresentation: try #require(Base64URL.decode(x.utf8)))
        let signature = try #require(Base64URL.decode(signature.utf8))
        #expect(key.isValidSignature(signature, for: signingInput.utf8))
        #expect(!key.isValidSignature(signature, for: signingInput.utf8.dropLast()))
        #expect(!key.isValidSignature(signature.dropLast(), for: signingInput.utf8))
        #expect(!key.isValidSignature(signature + [0], for: signingInput.utf8))
        #expect(!key.isValidSignature([], for: signingInput.utf8))
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 1
            #expect(!key.isValidSignature(changed, for: signingInput.utf8))
        }
    }

    @Test("an empty message is signed and verified (RFC 8032 section 7.1, test 1)")
    func emptyMessage() throws {
        let key = try Ed25519PrivateKey(seed: try #require(Base64URL.decode(seed.utf8)))
        let signature = try key.signature(of: [])
        #expect(signature.starts(with: hexadecimal("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155")))
        #expect(key.publicKey.isValidSignature(signature, for: []))
        #expect(!key.publicKey.isValidSignature(signature, for: [0]))
    }

    @Test("many tasks verify with one key at once")
    func concurrency() async throws {
        let key = try Ed25519PrivateKey.numbered(9)
        let messages = (0..<64).map { [UInt8](repeating: UInt8($0), count: 100) }
        let signatures = try messages.map { try key.signature(of: $0) }
        await withTaskGroup(of: Bool.self) { group in
            for index in messages.indices {
                group.addTask {
                    key.publicKey.isValidSignature(signatures[index], for: messages[index])
                        && !key.publicKey.isValidSignature(signatures[index], for: messages[(index + 1) % 64])
                }
            }
            for await valid in group { #expect(valid) }
        }
    }

    @Test("a private key survives PEM")
    func pem() throws {
        let key = try Ed25519PrivateKey()
        let pem = try key.pem()
        #expect(pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let read = try Ed25519PrivateKey(pem: pem)
        #expect(read.publicKey == key.publicKey)
        #expect(key.publicKey.isValidSignature(try read.signature(of: [1, 2, 3]), for: [1, 2, 3]))
    }

    @Test("two new keys differ")
    func randomness() throws {
        #expect(try Ed25519PrivateKey().publicKey != Ed25519PrivateKey().publicKey)
    }

    @Test(
        "text that is no unencrypted Ed25519 key in PKCS #8 is refused",
        arguments: [
            "", "no PEM at all",
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n",
            // X25519, RFC 8410.
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq\n-----END PRIVATE KEY-----\n",
            // Encrypted, with the pass phrase "secret".
            """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi+VbtSwhTJ7AICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHbt4+x3v9i2BXuOK3zj/0cEQNUy
            xANurYWDrn3IgI/QVlHudKTFcI2Kwg4C+LNIVgc8cA8RwBpWVSfeL6opPeWk5FN6
            ZDV975j30lERFHEW16E=
            -----END ENCRYPTED PRIVATE KEY-----
            """,
        ])
    func badPEM(text: String) {
        #expect(throws: CryptoError.self) { try Ed25519PrivateKey(pem: text) }
    }

    @Test("a seed and a public key have 32 bytes", arguments: [0, 31, 33, 64])
    func lengths(count: Int) {
        #expect(throws: CryptoError.self) { try Ed25519PrivateKey(seed: [UInt8](repeating: 7, count: count)) }
        #expect(throws: CryptoError.self) {
            try Ed25519PublicKey(rawRepresentation: [UInt8](repeating: 7, count: count))
        }
    }

    @Test(
        "every encoding of a point of small order is refused",
        arguments: [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000080",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        ])
    func smallOrder(encoding: String) {
        #expect(throws: CryptoError.self) { try Ed25519PublicKey(rawRepresentation: hexadecimal(encoding)) }
    }

    @Test("every encoding with a y of 2^255 - 19 or more is refused, in both signs", arguments: UInt8(0xED)...0xFF)
    func nonCanonical(lowByte: UInt8) {
        for highByte in [0x7F, 0xFF] as [UInt8] {
            let encoding = [lowByte] + [UInt8](repeating: 0xFF, count: 30) + [highByte]
            #expect(throws: Ed25519Encoding.Defect.nonCanonical) { try Ed25519Encoding.check(encoding) }
        }
    }

    @Test("the largest y that is canonical and of no small order passes the check of the encoding")
    func largest() throws {
        try Ed25519Encoding.check([0xEB] + [UInt8](repeating: 0xFF, count: 30) + [0x7F])
    }
}
