import Kernel
import Testing

@Suite("The layers of the configuration")
struct LayeringTests {
    @Test(
        "are the defaults where nothing is written",
        arguments: ["", "\n", "# nothing\n", "---\n", "server:\n", "plugins:\n  sample:\n"])
    func defaults(text: String) throws {
        let configuration = try Fixtures.load(text)
        #expect(configuration.section(SampleConfig.self, at: "plugins.sample") == SampleConfig())
        #expect(configuration.section(ServerConfig.self, at: "server").port == 3050)
        #expect(configuration.location(of: "server.port") == .default)
        #expect(!configuration.isEnabled("plugins.sample"))
        #expect(configuration.isEnabled("server"))
        #expect(!configuration.isEnabled("plugins.nothing"))
    }

    @Test("override each other: defaults, file, environment, flags, each with its place")
    func order() throws {
        let configuration = try Fixtures.load(
            "server:\n  port: 1\n  host: a\n  maxBody: 1MiB\n", environment: ["PORT": "2", "HOST": "b"],
            overrides: [
                ConfigOverride(flag: "--port", path: "server.port", value: "4"),
                ConfigOverride(flag: "--port", path: "server.port", value: "3"),
            ])
        let server = configuration.section(ServerConfig.self, at: "server")
        #expect(server.port == 3)
        #expect(server.host == "b")
        #expect(server.maxBody == .mebibytes(1))
        #expect(server.idleTimeout == .seconds(120))
        #expect("\(configuration.location(of: "server.port"))" == "--port")
        #expect("\(configuration.location(of: "server.host"))" == "environment variable HOST")
        #expect("\(configuration.location(of: "server.maxBody"))" == "inline:4:12")
        #expect("\(configuration.location(of: "server"))" == "inline:1:1")
        #expect("\(configuration.location(of: "server.idleTimeout"))" == "default")
    }

    @Test("decode every type of key")
    func types() throws {
        let sample = try Fixtures.sample(
            """
            enabled: true
            text: "12"
            flag: false
            count: -5
            small: 255
            ratio: 2
            every: 7d
            size: 1000
            color: blue
            secret: s3cret
            optionalText: null
            optionalCount: 9
            names: [c]
            numbers:
              - 1
              - 2
            keys:
              - name: k
                key: "1"
                color: green
            labels: {x: 1, y: 2}
            inner:
              deeper: {on: true}
            target: {bucket: b}
            retry: {attempts: 5}
            custom: 4
            """)
        var expected = SampleConfig()
        expected.text = "12"
        expected.flag = false
        expected.count = -5
        expected.small = 255
        expected.ratio = 2
        expected.every = .seconds(7 * 86_400)
        expected.size = ByteSize(bytes: 1000)
        expected.color = .blue
        expected.secret = Secret("s3cret")
        expected.optionalText = nil
        expected.optionalCount = 9
        expected.names = ["c"]
        expected.numbers = [1, 2]
        expected.keys = [SampleConfig.ApiKey(name: "k", key: Secret("1"), color: .green)]
        expected.labels = ["x": 1, "y": 2]
        expected.inner.deeper.on = true
        expected.target = SampleConfig.Target(bucket: "b")
        expected.retry = SampleConfig.Retry(attempts: 5)
        expected.custom.value = 4
        #expect(sample == expected)
    }

    @Test(
        "take unquoted words and addresses for text",
        arguments: ["yes", "127.0.0.1", "::1", "a b", "2026-01-02", "-", "1.2.3", "10:30"])
    func plainText(text: String) throws {
        let sample = try Fixtures.sample(text == "-" ? "text: '-'" : "text: \(text)")
        #expect(sample.text == text)
    }

    @Test("survive a byte order mark and Windows line ends")
    func oddFiles() throws {
        let configuration = try Fixtures.load("\u{FEFF}server:\r\n  port: 81\r\n")
        #expect(configuration.section(ServerConfig.self, at: "server").port == 81)
        #expect(
            Fixtures.errors("server:\r\n  prt: 81\r\n") == [
                "inline:2:3: unknown key 'prt' in server; did you mean 'port'?"
            ])
    }

    @Test("tell which sections a reload changes")
    func sameValues() throws {
        let old = try Fixtures.load("server: {port: 3050}\nplugins: {sample: {secret: a}}")
        let new = try Fixtures.load("plugins: {sample: {secret: b}}")
        #expect(new.hasSameValues(as: old, at: "server"))
        #expect(new.hasSameValues(as: old, at: "plugins.other"))
        #expect(!new.hasSameValues(as: old, at: "plugins.sample"))
    }

    @Test("name the file that cannot be read")
    func missingFile() {
        #expect(throws: ConfigurationErrors.self) {
            try Configuration.load(Fixtures.schema, file: "no/such/file.yaml", environment: [:], overrides: [])
        }
        do {
            _ = try Configuration.load(
                Fixtures.schema, file: "no/such/file.yaml", environment: ["PORT": ""], overrides: [])
        } catch {
            let lines = [
                "no/such/file.yaml: the configuration file cannot be read: No such file or directory",
                "environment variable PORT: server.port: expected a whole number, found nothing",
            ]
            #expect(error.description == lines.joined(separator: "\n"))
        }
    }

    @Test("refuse two sections of one name")
    func twoSections() {
        var schema = Fixtures.schema
        schema.add(OtherConfig.self, at: "plugins.sample")
        #expect(throws: ConfigurationErrors.self) { try Configuration.load(schema, file: nil) }
    }
}
