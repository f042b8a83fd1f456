import Foundation
import Testing

@testable import Kernel

@Suite("Values of the configuration")
struct ConfigValueTests {
    @Test(
        "durations are read and written",
        arguments: [
            ("500ms", "500ms"), ("1000ms", "1s"), ("0s", "0s"), ("0ms", "0s"), ("10s", "10s"), ("120s", "2m"),
            ("24h", "24h"),
            ("48h", "2d"), ("7d", "7d"), ("250us", "250us"), ("3ns", "3ns"), ("36500d", "36500d"),
        ])
    func durations(text: String, written: String) throws {
        let duration = try #require(Duration(configText: text))
        #expect(duration.configText == written)
        #expect(Duration(configText: written) == duration)
    }

    @Test(
        "what is no duration",
        arguments: [
            "", "s", "10", "-1s", "+1s", "1.5s", " 1s", "1 s", "1h30m", "36501d", "99999999999999999999s", "٣s",
        ])
    func noDuration(text: String) {
        #expect(Duration(configText: text) == nil)
    }

    @Test("any whole number of nanoseconds round-trips")
    func durationProperty() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let duration = Duration.nanoseconds(
                Int64.random(in: 0...(1 << Int64.random(in: 1...60)), using: &generator))
            #expect(Duration(configText: duration.configText) == duration)
        }
    }

    @Test(
        "sizes are read and written",
        arguments: [
            ("64KiB", 65_536, "64KiB"), ("10MiB", 10_485_760, "10MiB"), ("1GiB", 1_073_741_824, "1GiB"),
            ("2TiB", 2 << 40, "2TiB"),
            ("1000", 1000, "1000"), ("1024", 1024, "1KiB"), ("0", 0, "0"), ("0KiB", 0, "0"),
            ("1536KiB", 1_572_864, "1536KiB"),
        ])
    func sizes(text: String, bytes: Int, written: String) throws {
        let size = try #require(ByteSize(text))
        #expect(size.bytes == bytes)
        #expect(size.description == written)
        let json = try JSONEncoder().encode([size])
        #expect(try JSONDecoder().decode([ByteSize].self, from: json) == [size])
    }

    @Test(
        "what is no size",
        arguments: ["", "KiB", "-1", "10MB", "10kib", "1.5MiB", "1 KiB", "9223372036854775808", "9999999999TiB"])
    func noSize(text: String) {
        #expect(ByteSize(text) == nil)
    }

    @Test("a secret shows nowhere")
    func secrets() throws {
        let sample = SampleConfig(secret: Secret("hush"), keys: [SampleConfig.ApiKey(name: "n", key: Secret("hush"))])
        var dumped = ""
        dump(sample, to: &dumped)
        let json = String(decoding: try JSONEncoder().encode(sample.keys), as: UTF8.self)
        for text in [dumped, "\(sample)", String(reflecting: sample), json] {
            #expect(!text.contains("hush"))
            #expect(text.contains("<redacted>"))
        }
        #expect(sample.secret?.reveal == "hush")
    }

    @Test("a secret shows in no message about it", arguments: ["12345", "[12345]", "{a: 12345}", "{12345: 1}"])
    func secretMessages(value: String) {
        let text = "plugins:\n  sample:\n    secret: \(value)\n"
        #expect(Fixtures.errors(text).allSatisfy { !$0.contains("12345") } && !Fixtures.errors(text).isEmpty)
    }

    @Test("values of variables are equal in structure and order")
    func equality() {
        #expect(
            ConfigValue.mapping([("a", .null), ("b", .list([.scalar("c")]))])
                == .mapping([("a", .null), ("b", .list([.scalar("c")]))]))
        #expect(ConfigValue.mapping([("a", .null), ("b", .null)]) != .mapping([("b", .null), ("a", .null)]))
    }

    @Test(
        "the nearest name is proposed",
        arguments: [
            ("hots", "host"), ("prot", "port"), ("maxbody", "maxBody"), ("logs", "log"), ("PORT", "port"), ("h", nil),
            ("max", "maxBody"),
            ("completely", nil),
        ])
    func nearest(name: String, expected: String?) {
        #expect(NearestName.of(name, among: ["host", "port", "maxBody", "maxHeader", "log"]) == expected)
    }

    @Test("a name of any length is compared in no time")
    func longName() {
        #expect(NearestName.of(String(repeating: "a", count: 1 << 20), among: ["host"]) == nil)
    }
}
