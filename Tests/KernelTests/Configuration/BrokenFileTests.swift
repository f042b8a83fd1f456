import Testing

@testable import Kernel

struct BrokenFile: CustomTestStringConvertible {
    let text: String
    let errors: [String]
    var testDescription: String { errors.first ?? text }

    init(_ text: String, _ errors: String...) {
        self.text = text
        self.errors = errors
    }

    /// A line of the sample's section, which begins in column 5 of line 3.
    static func sample(_ line: String, _ errors: String...) -> BrokenFile {
        var file = BrokenFile("plugins:\n  sample:\n    \(line)\n")
        file = BrokenFile(text: file.text, errors: errors)
        return file
    }

    private init(text: String, errors: [String]) {
        self.text = text
        self.errors = errors
    }
}

@Suite("A broken file")
struct BrokenFileTests {
    @Test("says where and what", arguments: names + types + syntax)
    func message(of file: BrokenFile) {
        #expect(Fixtures.errors(file.text) == file.errors)
    }

    static let names: [BrokenFile] = [
        BrokenFile("server:\n  hots: a\n", "inline:2:3: unknown key 'hots' in server; did you mean 'host'?"),
        BrokenFile("servr:\n  host: a\n", "inline:1:1: unknown key 'servr'; did you mean 'server'?"),
        BrokenFile(
            "server:\n  cors: {origin: []}\n",
            "inline:2:10: unknown key 'origin' in server.cors; did you mean 'origins'?"),
        BrokenFile(
            "plugins:\n  smaple: {enabled: true}\n", "inline:2:3: unknown plugin 'smaple'; did you mean 'sample'?"),
        BrokenFile("plugins:\n  quux:\n", "inline:2:3: unknown plugin 'quux'; the plugins are sample, other"),
        BrokenFile("log:\n  zzzzzz: 1\n", "inline:2:3: unknown key 'zzzzzz' in log; the keys are level, format"),
        BrokenFile(
            "server:\n  enabled: true\n", "inline:2:3: unknown key 'enabled' in server; the keys are \(serverKeys)"),
        BrokenFile("server:\n  1: a\n", "inline:2:3: unknown key '1' in server; the keys are \(serverKeys)"),
        BrokenFile("server:\n  ? [a]\n  : b\n", "inline:2:5: a key must be text"),
        .sample(
            "keys: [{nam: a, name: b}]",
            "inline:3:13: unknown key 'nam' in plugins.sample.keys[0]; did you mean 'name'?"),
        .sample("keys: [{color: red}]", "inline:3:12: plugins.sample.keys[0] needs the key 'name'"),
        .sample("target: {region: x}", "inline:3:5: plugins.sample.target needs the key 'bucket'"),
        .sample(
            "retry: {attemps: 1}",
            "inline:3:13: unknown key 'attemps' in plugins.sample.retry; did you mean 'attempts'?"),
        BrokenFile("log:\n  level: warn\n", "inline:2:10: log.level: \(levels), found 'warn'; did you mean 'warning'?"),
        BrokenFile(
            "server:\n  port: 1\n  host: a\n  port: 2\n", "inline:4:3: duplicate key 'port', first written in line 2"),
        BrokenFile(
            "server:\n  \"port\": 1\n  port: x\n'log': {}\nlog: {}\n",
            "inline:3:3: duplicate key 'port', first written in line 2",
            "inline:5:1: duplicate key 'log', first written in line 4"),
    ]

    static let types: [BrokenFile] = [
        BrokenFile(
            "server:\n  port: \"3050\"\n",
            "inline:2:9: server.port: expected a whole number, found the text \"3050\"; remove the quotes"),
        BrokenFile("server:\n  port: abc\n", "inline:2:9: server.port: expected a whole number, found 'abc'"),
        BrokenFile(
            "server:\n  port: 3.5\n", "inline:2:9: server.port: \(digits), found '3.5'; write decimal digits alone"),
        BrokenFile(
            "server:\n  port: 0x10\n", "inline:2:9: server.port: \(digits), found '0x10'; write decimal digits alone"),
        BrokenFile(
            "server:\n  port: 3_050\n", "inline:2:9: server.port: \(digits), found '3_050'; write decimal digits alone"),
        BrokenFile(
            "server:\n  port: 010\n", "inline:2:9: server.port: \(digits), found '010'; write decimal digits alone"),
        BrokenFile(
            "server:\n  port: 99999999999999999999\n",
            "inline:2:9: server.port: \(digits), found '99999999999999999999'"),
        BrokenFile("server:\n  port: [1]\n", "inline:2:3: server.port: expected a whole number, found a list"),
        BrokenFile("server:\n  port: {a: 1}\n", "inline:2:3: server.port: expected a whole number, found a mapping"),
        BrokenFile(
            "server:\n  port:\n",
            "inline:2:3: server.port: expected a whole number, found null; remove the key to have its default"),
        BrokenFile(
            "server:\n  host: ~\n",
            "inline:2:3: server.host: expected text, found null; remove the key to have its default"),
        BrokenFile("server:\n  host: 12\n", "inline:2:9: server.host: expected text, found '12'; put it in quotes"),
        BrokenFile("server:\n  host: true\n", "inline:2:9: server.host: expected text, found 'true'; put it in quotes"),
        BrokenFile("server: 5\n", "inline:1:9: server: expected a mapping, found '5'"),
        BrokenFile("server: [a]\n", "inline:1:1: server: expected a mapping, found a list"),
        BrokenFile("- a\n", "inline:1:1: expected a mapping, found a list"),
        BrokenFile("text\n", "inline:1:1: expected a mapping, found 'text'"),
        BrokenFile(
            "server:\n  maxBody: 10MB\n",
            "inline:2:12: server.maxBody: expected a size such as 64KiB, 10MiB, 1GiB or a number of bytes, found '10MB'"
        ),
        BrokenFile(
            "server:\n  idleTimeout: 10\n",
            "inline:2:16: server.idleTimeout: expected a duration such as 500ms, 10s, 5m, 24h or 7d, found '10'"),
        BrokenFile(
            "server:\n  trustedProxies: a,b\n",
            "inline:2:19: server.trustedProxies: expected a list, found 'a,b'; write [a,b]"),
        BrokenFile(
            "server:\n  cors:\n    origins:\n      - http://a\n      - 7\n",
            "inline:5:9: server.cors.origins[1]: expected text, found '7'; put it in quotes"),
        .sample(
            "enabled: yes",
            "inline:3:14: plugins.sample.enabled: expected true or false, found 'yes'; write true or false"),
        .sample(
            "flag: True", "inline:3:11: plugins.sample.flag: expected true or false, found 'True'; write true or false"),
        .sample(
            "flag: 'true'",
            "inline:3:11: plugins.sample.flag: expected true or false, found the text \"true\"; remove the quotes"),
        .sample("small: 256", "inline:3:12: plugins.sample.small: expected a whole number from 0 to 255, found '256'"),
        .sample("small: -1", "inline:3:12: plugins.sample.small: expected a whole number from 0 to 255, found '-1'"),
        .sample("ratio: .nan", "inline:3:12: plugins.sample.ratio: expected a number, found '.nan'"),
        .sample(
            "color: gren",
            "inline:3:12: plugins.sample.color: expected one of red, green, blue, found 'gren'; did you mean 'green'?"),
        .sample(
            "optionalCount: x", "inline:3:20: plugins.sample.optionalCount: expected a whole number, found 'x'"),
        .sample(
            "optionalText: 5", "inline:3:19: plugins.sample.optionalText: expected text, found '5'; put it in quotes"),
        .sample("retry: {wait: 5}", "inline:3:19: plugins.sample.retry.wait: \(duration), found '5'"),
        .sample("numbers: [1, x]", "inline:3:18: plugins.sample.numbers[1]: expected a whole number, found 'x'"),
        .sample(
            "numbers: [1, null]",
            "inline:3:18: plugins.sample.numbers[1]: expected a whole number, found null; remove the key to have its default"
        ),
        .sample("labels: {a: b}", "inline:3:17: plugins.sample.labels.a: expected a whole number, found 'b'"),
        .sample(
            "inner: {deeper: {on: 1}}", "inline:3:26: plugins.sample.inner.deeper.on: expected true or false, found '1'"
        ),
        .sample("custom: 3", "inline:3:13: plugins.sample.custom is no valid value"),
        .sample("count: 100", "inline:3:12: plugins.sample.count: must be below 100"),
        .sample("names: []", "inline:3:5: plugins.sample.names: must not be empty"),
        .sample(
            "text: \"a\\tb\\u200e\"\n    count: \"a\\tb\"",
            "inline:4:12: plugins.sample.count: expected a whole number, found the text \"a\\tb\""),
        .sample(
            "secret: 12345", "inline:3:13: plugins.sample.secret: expected text, found something else; put it in quotes"
        ),
        .sample("secret: [hush]", "inline:3:5: plugins.sample.secret: expected text, found a list"),
    ]

    static let syntax: [BrokenFile] = [
        BrokenFile(
            "server:\n\tport: 1\n",
            "inline:2:1: no valid YAML: found character that cannot start any token while scanning for the next token"
                + "; indent with spaces, not tabs"),
        BrokenFile(
            "server: {port: 1\n",
            "inline:2:1: no valid YAML: did not find expected ',' or '}' while parsing a flow mapping"),
        BrokenFile(
            "server:\n  host: \"a\n",
            "inline:3:1: no valid YAML: found unexpected end of stream while scanning a quoted scalar"),
        BrokenFile(
            "server: {}\n---\nlog: {}\n", "inline:2:1: the file must hold one YAML document; here a second one begins"),
        BrokenFile(
            "server: &a\n  port: 1\nlog: *a\n", "inline:1:9: anchors and aliases are not supported; write the value out",
        ),
        BrokenFile("log: *a\n", "inline:1:6: found undefined alias"),
        BrokenFile("server:\n  port: !!int 5\n", "inline:2:9: tags are not supported; remove it"),
        BrokenFile("server: !x {port: 5}\n", "inline:1:9: tags are not supported; remove it"),
        BrokenFile("server:\n  host: a\u{0}b\n", "inline:2:10: no valid YAML: control characters are not allowed"),
    ]

    private static let serverKeys =
        "host, port, maxBody, maxBodyMemory, maxAnswerMemory, maxHeader, maxHeaderFields, headerTimeout, bodyMinRate, idleTimeout, "
        + "writeTimeout, answerMinRate, shutdownGrace, maxConnections, maxConnectionsPerAddress, trustedProxies, pidFile, cors"
    private static let levels = "expected one of trace, debug, info, notice, warning, error, critical"
    private static let duration = "expected a duration such as 500ms, 10s, 5m, 24h or 7d"
    private static let digits = "expected a whole number"

    @Test("prints five errors of five kinds at once, in the order of their places")
    func allAtOnce() {
        let text = """
            server:
              hots: 127.0.0.1
              port: "3050"
              maxConnections: 0
              port: 1
            plugins:
              sync:
                enabled: true
            """
        let errors = Fixtures.errors(text, environment: ["JWKS_URL": "ftp://a", "PORT": "abc"])
        #expect(
            errors == [
                "inline:2:3: unknown key 'hots' in server; did you mean 'host'?",
                "inline:3:9: server.port: expected a whole number, found the text \"3050\"; remove the quotes",
                "inline:4:19: server.maxConnections: must be from 1 to 10000000",
                "inline:5:3: duplicate key 'port', first written in line 3",
                "inline:7:3: unknown plugin 'sync'; the plugins are sample, other",
                "environment variable JWKS_URL: auth.jwksURL: must begin with http:// or https://",
                "environment variable PORT: server.port: expected a whole number, found 'abc'",
            ])
    }

    @Test("is checked in the section of a plugin that is off")
    func switchedOff() {
        let text = "plugins:\n  sample:\n    enabled: false\n    count: 1000\n"
        #expect(Fixtures.errors(text) == ["inline:4:12: plugins.sample.count: must be below 100"])
    }

    @Test("that expands without measure is refused before it does")
    func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...40 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        text += "? *a40\n: x\n? *a39\n: y\n"
        #expect(Fixtures.errors(text) == ["inline:2:10: anchors and aliases are not supported; write the value out"])
    }

    @Test("of great depth is refused")
    func depth() {
        let errors = Fixtures.errors(
            "server: " + String(repeating: "[", count: 200) + String(repeating: "]", count: 200))
        #expect(errors == ["inline:1:40: nested too deeply"])
        #expect(Fixtures.errors(String(repeating: "[", count: 100_000)).count == 1)
    }

    @Test("larger than 1 MiB is refused")
    func size() {
        let errors = Fixtures.errors("# " + String(repeating: "a", count: 1 << 20))
        #expect(errors == ["inline: the configuration file is larger than 1MiB"])
    }

    @Test("may have hundreds of duplicate keys")
    func manyDuplicates() {
        let text = (0..<300).map { "k\($0): 1\nk\($0): 2\n" }.joined()
        #expect(Fixtures.errors(text).contains { $0.contains("duplicate key") })
    }
}
