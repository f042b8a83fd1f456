import Testing

@testable import PostgresClient

struct ValueTests {
    @Test(
        "every SQLSTATE has one category",
        arguments: [
            ("08006", PostgresError.Category.connectionLost), ("57P01", .serverShuttingDown),
            ("57P03", .serverShuttingDown),
            ("53300", .tooManyConnections), ("40P01", .deadlock), ("40001", .serializationFailure),
            ("23505", .uniqueViolation), ("55P03", .lockTimeout), ("57014", .statementTimeout), ("53100", .diskFull),
            ("25006", .readOnly), ("28P01", .authenticationFailed), ("42501", .permissionDenied),
            ("42P01", .undefinedObject), ("26000", .stalePlan), ("22012", .other),
        ])
    func categories(sqlState: String, category: PostgresError.Category) {
        #expect(PostgresError(sqlState: sqlState, serverMessage: nil).category == category)
    }

    @Test("the server's words are kept only where they cannot hold values", arguments: ["22P02", "23505", "P0001"])
    func secrets(sqlState: String) {
        let error = PostgresError(sqlState: sqlState, serverMessage: "secret")
        #expect(!error.debugDescription.contains("secret"))
        #expect(PostgresError(sqlState: "42P01", serverMessage: "no table").cause == "no table")
    }

    @Test("the SQLSTATE of a refused login is found in libpq's text, in any language")
    func connecting() {
        let text = "connection to server at \"h\" (::1), port 1 failed: FATAL:  53300: zu viele\nORT:  x, y.c:1"
        let error = PostgresError(connecting: text, neededPassword: false)
        #expect(error.category == .tooManyConnections)
        #expect(error.cause == "connection to server at \"h\" (::1), port 1 failed: FATAL:  53300: zu viele")
        #expect(PostgresError(connecting: "refused", neededPassword: false).category == .connectionLost)
        #expect(PostgresError(connecting: "", neededPassword: true).category == .authenticationFailed)
    }

    @Test("what is uncertain or lasting is not to be repeated")
    func repeating() {
        #expect(PostgresError(.deadlock, "").mayBeRepeated)
        #expect(!PostgresError(.connectionLost, "", isFateUnknown: true).mayBeRepeated)
        #expect(!PostgresError(.uniqueViolation, "").mayBeRepeated)
    }

    @Test("a password shows nowhere")
    func password() throws {
        let configuration = try PostgresConfiguration(url: "postgres://me:hunter2@h:1/d?sslmode=require")
        #expect(configuration.description == "host=h port=1 dbname=d user=me sslmode=require")
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(configuration)", String(reflecting: configuration), dumped] {
            #expect(!text.contains("hunter2"))
        }
        let error = #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://me:hunter2%zz@h") }
        #expect(error?.category == .misconfigured)
        #expect(error?.debugDescription.contains("hunter2") == false)
        #expect(throws: PostgresError.self) { try PostgresConfiguration(url: "postgres://h", password: "a\0b") }
    }

    @Test(
        "several hosts are tried one by one, unless libpq must see them all",
        arguments: [
            ("postgres://a:1,b:2/d", ["a:1", "b:2"]), ("host=a,b port=1", ["a:1", "b:1"]), ("host=a port=1", ["a:1"]),
            ("host=a,b port=1 target_session_attrs=prefer-standby", ["a,b:1"]),
        ])
    func attempts(url: String, hosts: [String]) throws {
        let attempts = try PostgresConfiguration(url: url).attempts
        #expect(attempts.map { "\($0["host"] ?? ""):\($0["port"] ?? "")" } == hosts)
    }

    @Test("waits double up to the bound, with jitter below it")
    func backoff() {
        let backoff = PostgresBackoff(first: .milliseconds(100), longest: .seconds(1))
        var random = SystemRandomNumberGenerator()
        for (failures, bound) in [(0, 100), (1, 100), (2, 200), (4, 800), (5, 1000), (1_000_000, 1000)] {
            for _ in 0..<50 {
                let delay = backoff.delay(failures: failures, using: &random)
                #expect(delay >= .milliseconds(bound) / 2 && delay <= .milliseconds(bound))
            }
        }
    }

    @Test(
        "poll waits whole milliseconds, never too short",
        arguments: [
            (Duration.zero, 0), (.microseconds(1), 1), (.milliseconds(2), 2), (.seconds(-1), 0), (.seconds(3), 3000),
            (.seconds(1 << 40), 1_000_000_000),
        ] as [(Duration, Int32)])
    func milliseconds(duration: Duration, expected: Int32) {
        #expect(duration.pollMilliseconds == expected)
    }

    @Test("those that wait are served in order, and leave from anywhere")
    func line() {
        var line = WaitingLine()
        for id in UInt64(1)...200 { line.append(.request(Self.request(id)), since: .now) }
        for id in UInt64(1)...200 where id % 50 != 0 { #expect(line.remove(id)?.item.id == id) }
        #expect(line.remove(1) == nil)
        #expect(line.count == 4)
        line.prepend(.request(Self.request(7)), since: .now)
        var order: [UInt64] = []
        while let place = line.removeFirst() { order.append(place.item.id) }
        #expect(order == [7, 50, 100, 150, 200])
        #expect(line.isEmpty && line.first == nil)
    }

    @Test("a request is sent again twice at most, and never in a session")
    func repeats() {
        #expect(Self.request(1).repeated?.repeated != nil)
        #expect(Self.request(1).repeated?.repeated?.repeated == nil)
        #expect(PendingRequest(id: 1, statements: [], isRepeatable: false) { _ in }.repeated == nil)
    }

    private static func request(_ id: UInt64) -> PendingRequest {
        PendingRequest(id: id, statements: []) { _ in }
    }
}
