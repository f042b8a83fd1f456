import Domain
import Kernel
import Testing

/// What an erasure does to spaces.
let spaceErasureContract: [UserLogCase] = [
    UserLogCase("Of an erased user nothing is kept, nor are their rows with those who inherited them") { fixture in
        try await fixture.write(["a1"], into: family, by: anna)
        try await fixture.write(["c1"], into: family, by: carl)
        for user in [anna, bert] { try await fixture.grant([family], to: user) }
        #expect(try await fixture.shared(of: bert) == ["a1", "c1"])
        #expect(try await fixture.shared(of: anna) == ["a1", "c1"])
        _ = try await fixture.userLog.erase(anna)
        #expect(try await fixture.grants.grantedSpaces(of: anna) == [])
        #expect(try await fixture.shared(of: anna) == [])
        #expect(try await fixture.shared(of: bert) == ["c1"])
        // What is written now may be numbered as what was erased.
        try await fixture.log.store(push([insert("private")], user: carl))
        try await fixture.write(["c2"], into: family, by: carl)
        #expect(try await fixture.shared(of: bert) == ["c1", "c2"])
        #expect(try await fixture.grant([family], to: anna))
        #expect(try await fixture.shared(of: anna) == ["c1", "c2"])
    },
    UserLogCase("What an erased user pushes anew by its id comes once, to those too who had inherited it") { fixture in
        var change = insert("a1", into: family)
        change.eventID = EventID(high: 1, low: 2)
        try await fixture.log.store(push([change], user: anna))
        try await fixture.grant([family], to: bert)
        #expect(try await fixture.shared(of: bert) == ["a1"])
        _ = try await fixture.userLog.erase(anna)
        try await fixture.log.store(push([change], user: anna))
        #expect(try await fixture.shared(of: bert) == ["a1"])
        #expect(try await fixture.shared(of: bert, limit: 1) == ["a1"])
    },
    UserLogCase("Grants that came back of an erased user go again, and not those of a user who came back since") {
        fixture in
        try await fixture.write(["c1"], into: family, by: carl)
        for user in [anna, bert] { try await fixture.grant([family], to: user) }
        #expect(try await fixture.shared(of: anna) == ["c1"])
        let ledger = try reapplicationLedger(of: anna)
        #expect(try await fixture.userLog.reapply([ledger]).erased == 0)
        #expect(try await fixture.grants.grantedSpaces(of: anna) == [])
        #expect(try await fixture.shared(of: anna) == [])
        #expect(try await fixture.grants.grantedSpaces(of: bert) == [family])
        fixture.setWallClock(reapplicationTime.advanced(by: .seconds(1)))
        try await fixture.grant([family], to: anna)
        _ = try await fixture.userLog.reapply([ledger])
        #expect(try await fixture.grants.grantedSpaces(of: anna) == [family])
        #expect(try await fixture.shared(of: anna) == ["c1"])
    },
]
