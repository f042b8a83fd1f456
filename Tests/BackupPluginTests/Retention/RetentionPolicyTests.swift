import Foundation
import Kernel
import Testing

@testable import BackupPlugin

@Suite("Retention")
struct RetentionPolicyTests {
    private static let now = UnixTime(seconds: 1_767_225_600)  // 2026-01-01T00:00:00Z, a Thursday

    private func backup(_ hoursAgo: Int, verified: Bool = true) -> RetentionPolicy.Candidate {
        RetentionPolicy.Candidate(
            id: "h\(hoursAgo)", finishedAt: Self.now.advanced(by: .seconds(-3600 * hoursAgo)), isVerified: verified)
    }

    private func policy(
        last: Int = 0, daily: Int = 0, weekly: Int = 0, monthly: Int = 0, minimumAge: Duration = .zero
    ) -> RetentionPolicy {
        RetentionPolicy(last: last, daily: daily, weekly: weekly, monthly: monthly, minimumAge: minimumAge)
    }

    private func kept(_ policy: RetentionPolicy, _ backups: [RetentionPolicy.Candidate], zone: String = "UTC") throws
        -> [String]
    {
        let zone = try #require(TimeZone(identifier: zone))
        let expired = policy.expired(backups.shuffled(), now: Self.now, in: zone)
        return backups.map(\.id).filter { !expired.contains($0) }
    }

    @Test("keeps the newest verified one whatever the rules say")
    func newestVerified() throws {
        #expect(try kept(policy(), [backup(1, verified: false), backup(2), backup(3)]) == ["h2"])
    }

    @Test("removes nothing where nothing is verified")
    func nothingVerified() throws {
        let backups = [backup(1, verified: false), backup(9999, verified: false)]
        #expect(try kept(policy(), backups) == ["h1", "h9999"])
    }

    @Test("keeps the last ones")
    func last() throws {
        #expect(try kept(policy(last: 2), [backup(1), backup(2), backup(3)]) == ["h1", "h2"])
    }

    @Test("keeps the newest of each of the last days that have one")
    func daily() throws {
        let backups = [
            backup(1), backup(5), backup(25), backup(30), backup(24 * 10), backup(24 * 10 + 2), backup(24 * 20),
        ]
        #expect(try kept(policy(daily: 3), backups) == ["h1", "h25", "h240"])
    }

    @Test("a day is the time zone's")
    func dayOfZone() throws {
        // 23:00 and 22:00 UTC: one day there, two where the day ends an hour before UTC's.
        let backups = [backup(1), backup(2)]
        #expect(try kept(policy(daily: 9), backups) == ["h1"])
        #expect(try kept(policy(daily: 9), backups, zone: "Etc/GMT-1") == ["h1", "h2"])
    }

    @Test("keeps one of each week and of each month")
    func weeksAndMonths() throws {
        let backups = [backup(1), backup(24 * 2), backup(24 * 4), backup(24 * 11), backup(24 * 40), backup(24 * 70)]
        // Thursday: Monday of the week was three days ago.
        #expect(try kept(policy(weekly: 3), backups) == ["h1", "h96", "h264"])
        #expect(try kept(policy(monthly: 3), backups) == ["h1", "h960", "h1680"])
    }

    @Test("keeps what is younger than the minimum age, and what claims to be from the future")
    func minimumAge() throws {
        let backups = [backup(-100), backup(1), backup(23), backup(25)]
        #expect(try kept(policy(minimumAge: .seconds(24 * 3600)), backups) == ["h-100", "h1", "h23"])
    }

    @Test("of a day it keeps the one that is verified")
    func verifiedFirst() throws {
        #expect(try kept(policy(daily: 2), [backup(1, verified: false), backup(2), backup(30)]) == ["h2", "h30"])
    }

    @Test("never removes all, whatever the policy and the backups", arguments: 0..<200)
    func property(seed: Int) throws {
        var random = SeededNumbers(seed: UInt64(seed))
        let backups = (0..<Int.random(in: 1...40, using: &random)).map { _ in
            backup(Int.random(in: -50...20_000, using: &random), verified: Bool.random(using: &random))
        }
        let policy = policy(
            last: Int.random(in: 0...3, using: &random), daily: Int.random(in: 0...3, using: &random),
            weekly: Int.random(in: 0...3, using: &random), monthly: Int.random(in: 0...3, using: &random))
        let expired = Set(policy.expired(backups, now: Self.now, in: .gmt))
        let newest = backups.filter(\.isVerified).max { $0.finishedAt < $1.finishedAt }
        #expect(newest.map { !expired.contains($0.id) } ?? expired.isEmpty)
    }
}

/// SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
