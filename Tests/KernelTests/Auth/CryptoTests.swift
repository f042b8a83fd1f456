import Testing

@testable import Kernel

@Suite("Digests, base64url and comparison")
struct CryptoTests {
    @Test(
        "SHA-256 gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func digest(message: String, expected: String) throws {
        #expect(try SHA256Digest.of(message.utf8).bytes == hexadecimal(expected))
        #expect(try SHA256Digest.of(message.utf8.lazy.map { $0 }).bytes == hexadecimal(expected))
        #expect(SHA256Digest(bytes: hexadecimal(expected))?.bytes == hexadecimal(expected))
    }

    @Test("a stream digests pieces as the whole, and begins anew", arguments: [1, 7, 64, 1000])
    func stream(pieceLength: Int) throws {
        var stream = try SHA256Stream()
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        for _ in 0..<2 {
            for start in Swift.stride(from: 0, to: message.count, by: pieceLength) {
                try message[start...].prefix(pieceLength).withUnsafeBytes { try stream.update($0) }
            }
            let digest = try stream.finish()
            #expect(try digest == SHA256Digest.of(message))
            #expect(hexadecimal(digest.hexadecimal) == digest.bytes)
        }
    }

    @Test("one hasher makes many digests, none touched by the one before")
    func manyDigests() throws {
        var hasher = try SHA256Hasher()
        let messages = (0..<200).map { [UInt8](repeating: UInt8($0), count: $0) }
        for message in messages {
            #expect(try hasher.digest(of: message) == SHA256Digest.of(message))
        }
    }

    @Test("a digest has 32 bytes", arguments: [0, 31, 33])
    func digestLength(count: Int) {
        #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }

    @Test("secrets are compared by all of their bytes")
    func constantTime() throws {
        #expect(try ConstantTime.areEqual("service-key-0001".utf8, "service-key-0001".utf8))
        #expect(try !ConstantTime.areEqual("service-key-0001".utf8, "service-key-0002".utf8))
        #expect(try !ConstantTime.areEqual("service-key-0001".utf8, "service-key-000".utf8))
        let digest = try SHA256Digest.of("a".utf8)
        for position in 0..<32 {
            var bytes = digest.bytes
            bytes[position] ^= 1
            let other = try #require(SHA256Digest(bytes: bytes))
            #expect(digest != other && !digest.equalsInConstantTime(other))
        }
        #expect(try digest.equalsInConstantTime(SHA256Digest.of("a".utf8)))
    }

    @Test("base64url comes back from its text", arguments: 0..<70)
    func roundTrip(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ count) }
        #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
    }

    @Test(
        "base64url follows RFC 4648 section 10, without padding",
        arguments: [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE")])
    func vectors(plain: String, text: String) {
        #expect(Base64URL.encode(plain.utf8) == text)
        #expect(Base64URL.decode(text.utf8) == Array(plain.utf8))
    }

    @Test(
        "every other spelling of the bytes is refused",
        arguments: [
            "Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm+v", "Zm/v", "Zm9v\n", " Zm9v", "Zm.v", "Zmév", "Zg\0",
        ])
    func refused(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
