@testable import Kernel

/// The table of the specification (security.md, "Tokens"), row by row.
enum TokenTable {
    static let shape: [TokenCase] = [
        .text("empty", .notThreeParts) { _ in "" },
        .text("one part", .notThreeParts) { $0[0] },
        .text("two parts", .notThreeParts) { $0[0] + "." + $0[1] },
        .text("four parts", .notThreeParts) { $0.joined(separator: ".") + ".AA" },
        .text("five parts, as JWE", .notThreeParts) { $0.joined(separator: ".") + ".AA.AA" },
        .text("a dot at the end", .notThreeParts) { $0.joined(separator: ".") + "." },
        .text("over 8 KiB", .tooLong) { $0[0] + "." + String(repeating: "A", count: 8192) + "." + $0[2] },
        .text("over 8 KiB of dots", .tooLong) { _ in String(repeating: ".", count: 8193) },
        .text("padding", .notBase64URL) { $0.joined(separator: ".") + "==" },
        .text("padding in the header", .notBase64URL) { $0[0] + "=." + $0[1] + "." + $0[2] },
        .text("white space before", .notBase64URL) { " " + $0.joined(separator: ".") },
        .text("white space after", .notBase64URL) { $0.joined(separator: ".") + "\n" },
        .text("white space within", .notBase64URL) { $0[0] + "." + $0[1] + " ." + $0[2] },
        .text("plus, of the other alphabet", .notBase64URL) { $0[0] + ".+" + $0[1].dropFirst() + "." + $0[2] },
        .text("slash, of the other alphabet", .notBase64URL) { $0[0] + "./" + $0[1].dropFirst() + "." + $0[2] },
        .text("letters beyond ASCII", .notBase64URL) { $0[0] + ".é" + $0[1] + "." + $0[2] },
        .text("trailing bits in the signature", .notBase64URL) { parts in
            // 64 bytes leave 4 of the last 6 bits unused.
            let last = parts[2].last == "A" ? "B" : parts[2].last == "Q" ? "R" : parts[2].last == "g" ? "h" : "x"
            return parts[0] + "." + parts[1] + "." + parts[2].dropLast() + last
        },
        .text("no signature", .signatureLength) { $0[0] + "." + $0[1] + "." },
        .text("a signature of 63 bytes", .signatureLength) { $0[0] + "." + $0[1] + "." + $0[2].dropLast(2) },
        .text("a signature of 66 bytes", .signatureLength) { $0[0] + "." + $0[1] + "." + "AA" + $0[2] },
        .text("another payload", .signature) { $0[0] + "." + Base64URL.encode(#"{"sub":"bob"}"#.utf8) + "." + $0[2] },
        .text("another signature", .signature) { $0[0] + "." + $0[1] + "." + String(repeating: "A", count: 86) },
    ]

    static let headers: [TokenCase] = [
        .header(#"{"alg":"EdDSA","typ":"JWT","kid":"KID"}"#, .accepted),
        .header(#"{"kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":"none","kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":"None","kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":"eddsa","kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":"HS256","kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":"RS256","kid":"UNKNOWN"}"#, .defect(.algorithm)),
        .header(#"{"alg":"ES256","kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":["EdDSA"],"kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":null,"kid":"KID"}"#, .defect(.algorithm)),
        .header(#"{"alg":"EdDSA","kid":"KID","crit":["exp"]}"#, .defect(.criticalExtension)),
        .header(#"{"alg":"EdDSA","kid":"KID","crit":[]}"#, .defect(.criticalExtension)),
        .header(#"{"alg":"EdDSA","kid":"KID","crit":null}"#, .defect(.criticalExtension)),
        .header(#"{"alg":"EdDSA","kid":"KID","b64":false}"#, .defect(.criticalExtension)),
        .header(#"{"alg":"EdDSA","kid":"KID","b64":false,"crit":["b64"]}"#, .defect(.criticalExtension)),
        .header(#"{"alg":"EdDSA","kid":"KID","b64":"false"}"#, .defect(.criticalExtension)),
        .header(#"{"alg":"EdDSA","kid":"KID","b64":true}"#, .accepted),
        .header(#"{"alg":"EdDSA"}"#, .defect(.keyID)),
        .header(#"{"alg":"EdDSA","kid":7}"#, .defect(.keyID)),
        .header(#"{"alg":"EdDSA","kid":null}"#, .defect(.keyID)),
        .header(#"{"alg":"EdDSA","kid":""}"#, .defect(.keyID)),
        .header(#"{"alg":"EdDSA","kid":"\#(String(repeating: "k", count: 129))"}"#, .defect(.keyID)),
        .header(#"{"alg":"EdDSA","kid":"\#(String(repeating: "k", count: 128))"}"#, .defect(.unknownKey), fetches: 1),
        .header(#"{"alg":"EdDSA","kid":"../KID"}"#, .defect(.unknownKey), fetches: 1),
        .header(
            #"{"alg":"EdDSA","kid":"KID","jku":"http://127.0.0.1:1/","x5u":"http://127.0.0.1:1/","x5c":["AA"],"jwk":{"kty":"OKP"}}"#,
            .accepted),
        .header(#"{"alg":"EdDSA","kid":"KID","kid":"KID"}"#, .defect(.header)),
        .header(#"{"alg":"none","alg":"EdDSA","kid":"KID"}"#, .defect(.header)),
        .header(#"{"alg":"EdDSA","\u0061lg":"EdDSA","kid":"KID"}"#, .defect(.header)),
        .header(#"{"alg":"EdDSA","kid":"KID","jwk":{"x":"a","x":"b"}}"#, .defect(.header)),
        .header(#"["EdDSA"]"#, .defect(.header)),
        .header(#"{"alg":"EdDSA","kid":"KID""#, .defect(.header)),
        .header(#"{"alg":"EdDSA","kid":"KID"}x"#, .defect(.header)),
        .header("", .defect(.header)),
    ]

    static let claims: [TokenCase] = [
        .claims(#"{"sub":"alice","exp":NOW+600}"#, .accepted),
        .claims(#"{"sub":"alice","exp":NOW+600.5,"iat":NOW-1,"nbf":NOW}"#, .accepted),
        .claims(#"{"sub":"alice","exp":1e300}"#, .accepted),
        .claims(#"{"sub":"alice"}"#, .defect(.expiry)),
        .claims(#"{"sub":"alice","exp":null}"#, .defect(.expiry)),
        .claims(#"{"sub":"alice","exp":"NOW+600"}"#, .defect(.expiry)),
        .claims(#"{"sub":"alice","exp":1e400}"#, .defect(.expiry)),
        .claims(#"{"sub":"alice","exp":NOW-29}"#, .accepted),
        .claims(#"{"sub":"alice","exp":NOW-30}"#, .expired),
        .claims(#"{"sub":"alice","exp":-1e300}"#, .expired),
        .claims(#"{"sub":"alice","exp":NOW+600,"nbf":NOW+30}"#, .accepted),
        .claims(#"{"sub":"alice","exp":NOW+600,"nbf":NOW+31}"#, .defect(.notBefore)),
        .claims(#"{"sub":"alice","exp":NOW+600,"nbf":"NOW"}"#, .defect(.notBefore)),
        .claims(#"{"sub":"alice","exp":NOW+600,"iat":NOW+30}"#, .accepted),
        .claims(#"{"sub":"alice","exp":NOW+600,"iat":NOW+31}"#, .defect(.issuedAt)),
        .claims(#"{"sub":"alice","exp":NOW+600,"iat":1e400}"#, .defect(.issuedAt)),
        .claims(#"{"sub":"alice","sub":"bob","exp":NOW+600}"#, .defect(.claims)),
        .claims(#"{"sub":"alice","exp":NOW+600,"x":{"y":1,"y":1}}"#, .defect(.claims)),
        .claims(#"[]"#, .defect(.claims)),
        .claims("alice", .defect(.claims)),
        .claims("", .defect(.claims)),
        .claims(#"{"sub":"alice","exp":NOW+600,"email":7}"#, .defect(.profile)),
        .claims(#"{"sub":"alice","exp":NOW+600,"role":["admin"]}"#, .defect(.profile)),
        .claims(#"{"sub":"alice","exp":NOW+600,"sid":{}}"#, .defect(.profile)),
        .claims(#"{"sub":"alice","exp":NOW+600,"email":null,"role":null,"sid":null}"#, .accepted),
    ]

    static let goodSubjects = ["a", "...", "a.b_c:d@e|f-g", "auth0|64f", "user@example.com", "A9", long(128)]

    static let badSubjects = [
        "", ".", "..", "a b", "a/b", "a\\\\b", "a\\u0000", "a\\n", "ä", "a%2e", "a;b", "a,b", "é", "a\\u0301", "*",
        "$a", long(129),
    ]

    private static func long(_ count: Int) -> String { String(repeating: "a", count: count) }
}
