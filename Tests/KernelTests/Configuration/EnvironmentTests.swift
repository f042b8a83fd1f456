import Kernel
import Testing

@Suite("Environment variables and flags")
struct EnvironmentTests {
    @Test("set keys whatever their type, lists by commas, and one variable several keys")
    func values() throws {
        let configuration = try Fixtures.load(
            environment: [
                "SAMPLE_TEXT": "12", "SAMPLE_FLAG": "false", "SAMPLE_NAMES": " x , y", "SAMPLE_NUMBERS": "1,2",
                "SHARED_SECRET": "s",
                "SAMPLE_EVERY": "5m", "SAMPLE_KEYS": "a:1,b:2", "CORS_ORIGINS": "https://a.example",
            ])
        let sample = configuration.section(SampleConfig.self, at: "plugins.sample")
        #expect(sample.text == "12")
        #expect(!sample.flag)
        #expect(sample.names == ["x", "y"])
        #expect(sample.numbers == [1, 2])
        #expect(sample.every == .seconds(300))
        #expect(sample.keys.map(\.name) == ["a", "b"])
        #expect(sample.keys.map(\.key) == [Secret("1"), Secret("2")])
        #expect(sample.count == 2)
        #expect(sample.secret == Secret("s"))
        #expect(configuration.section(OtherConfig.self, at: "plugins.other").secret == Secret("s"))
        #expect(configuration.section(ServerConfig.self, at: "server").cors.origins == ["https://a.example"])
        #expect(configuration.location(of: "plugins.sample.count") == .environment(variable: "SAMPLE_KEYS"))
    }

    @Test("that are empty unset optional texts and secrets, and empty lists")
    func emptyValues() throws {
        let configuration = try Fixtures.load(
            "plugins: {sample: {secret: a, numbers: [1]}}",
            environment: ["SAMPLE_OPTIONAL": "", "SHARED_SECRET": "", "SAMPLE_NUMBERS": ""])
        let sample = configuration.section(SampleConfig.self, at: "plugins.sample")
        #expect(sample.optionalText == nil)
        #expect(sample.secret == nil)
        #expect(sample.numbers == [])
        #expect(configuration.location(of: "plugins.sample.secret") == .environment(variable: "SHARED_SECRET"))
    }

    @Test(
        "with a bad value are named",
        arguments: [
            ("PORT", "", "server.port: expected a whole number, found nothing"),
            ("PORT", "x", "server.port: expected a whole number, found 'x'"),
            ("PORT", "70000", "server.port: must be from 0 to 65535"),
            ("HOST", "", "server.host: expected text, found nothing"),
            ("SAMPLE_FLAG", "1", "plugins.sample.flag: expected true or false, found '1'"),
            ("SAMPLE_FLAG", "on", "plugins.sample.flag: expected true or false, found 'on'; write true or false"),
            ("SAMPLE_NUMBERS", "1,,2", "plugins.sample.numbers: an element of the list is empty"),
            ("SAMPLE_NUMBERS", "1,x", "plugins.sample.numbers[1]: expected a whole number, found 'x'"),
            ("SAMPLE_KEYS", "a", "expected name:key,name:key"),
            ("SAMPLE_WRONG_PATH", "a", "there is no key 'plugins.sample.nothing'"),
            (
                "CORS_ORIGINS", "*",
                "server.cors.origins[0]: must be an exact origin such as https://app.example.org, without a path"
            ),
        ])
    func badValue(variable: String, value: String, message: String) {
        #expect(Fixtures.errors("", environment: [variable: value]) == ["environment variable \(variable): \(message)"])
    }

    @Test("that are bad do not hide behind a good flag, nor the other way round")
    func everyLayerIsChecked() {
        let flag = ConfigOverride(flag: "--port", path: "server.port", value: "y")
        #expect(
            Fixtures.errors("server: {port: z}", environment: ["PORT": "x"], overrides: [flag]) == [
                "inline:1:16: server.port: expected a whole number, found 'z'",
                "environment variable PORT: server.port: expected a whole number, found 'x'",
                "--port: server.port: expected a whole number, found 'y'",
            ])
    }

    @Test("that nobody binds are not looked at")
    func unbound() throws {
        _ = try Fixtures.load(environment: ["PATH": "", "server.port": "x"])
    }
}
