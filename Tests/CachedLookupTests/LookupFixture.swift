import CachedLookup
import Kernel
import KernelTesting

/// A lookup whose service is a real server, and whose clock a test moves. Answers are bodies as they came.
struct LookupFixture {
    let service: StandInService
    let lookup: CachedLookup<String>
    let time: ManualTime
    let log: MemoryLog
    let metrics: MemoryMetrics

    static func with<Result>(
        _ answer: StandInAnswer = .json("one"), key: Secret? = nil, limits: UserEndpoint.Limits = .init(),
        _ change: (inout CachedLookupSettings) -> Void = { _ in },
        _ body: (LookupFixture) async throws -> Result
    ) async throws -> Result {
        var settings = CachedLookupSettings()
        change(&settings)
        return try await StandInService.with(answer) { [settings] service in
            let (time, log, metrics) = (ManualTime(), MemoryLog(), MemoryMetrics())
            guard let address = ServiceAddress(service.url) else { throw FixtureError() }
            let endpoint = UserEndpoint(address: address, path: "/users/{userId}/x", limits: limits, time: time)
            endpoint.open(showing: key)
            let lookup = CachedLookup<String>(
                service: "test", consequence: "nothing follows", settings: settings, time: time, metrics: metrics,
                logger: log.logger()
            ) { user throws(LookupFailure) in
                let text = String(decoding: try await endpoint.answer(about: user), as: UTF8.self)
                if text == "unreadable" { throw LookupFailure(.unreadable, "not what it should be") }
                if text == "unkept" { throw LookupFailure(.notKept, "nowhere to keep it") }
                return text
            }
            let fixture = LookupFixture(service: service, lookup: lookup, time: time, log: log, metrics: metrics)
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            // What a test holds back must not hold back the end.
            service.release()
            await lookup.close()
            try await endpoint.close()
            return try result.get()
        }
    }

    /// The service's requests, by user.
    var users: [String] {
        service.requests.map { String($0.path.split(separator: "/")[1]) }
    }

    /// What the metric of lookups has counted.
    func count(_ result: String) -> Double {
        metrics["mana_sync_lookups_total{service=\"test\",result=\"\(result)\"}"]
    }

    /// What the metric of failed calls has counted.
    func failures(_ code: LookupFailure.Code) -> Double {
        metrics["mana_sync_lookup_call_failures_total{service=\"test\",reason=\"\(code.rawValue)\"}"]
    }
}

struct FixtureError: Error {}

extension LookupResult {
    /// Why the answer is not fresh.
    var failure: LookupFailure.Code? {
        switch self {
        case .fresh: nil
        case .stale(_, _, let failure), .unknown(let failure): failure.code
        }
    }
}
