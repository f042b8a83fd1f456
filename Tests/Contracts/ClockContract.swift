import Domain
import Kernel
import Testing

let clockContract = [
    ContractCase("A place is the wall clock's time where that is later than all before it") { fixture in
        fixture.setWallClock(contractStart.advanced(by: .seconds(100)))
        try await fixture.log.store(push([insert("a"), insert("b")]))
        let cursors = try await fixture.log.page().sink.rows.map(\.cursor.time)
        #expect(cursors[0] == contractStart.advanced(by: .seconds(100)))
        #expect(cursors[1] == contractStart.advanced(by: .seconds(100) + .microseconds(1)))
    },
    ContractCase("A wall clock that steps back takes no place back") { fixture in
        try await fixture.log.store(push([insert("a")]))
        let first = try await fixture.log.page()
        fixture.setWallClock(contractStart.advanced(by: .seconds(-86_400)))
        try await fixture.log.store(push([insert("b")]))
        let second = try await fixture.log.page(after: first.until)
        #expect(second.records == ["b"])
        #expect(second.until > first.until)
    },
    ContractCase("A wall clock that steps back while the server is down takes no place back") { fixture in
        try await fixture.log.store(push([insert("a")]))
        let first = try await fixture.log.page()
        fixture.setWallClock(contractStart.advanced(by: .seconds(-86_400)))
        try await fixture.reopen()
        #expect(try await fixture.log.page(after: first.until).until == first.until)
        try await fixture.log.store(push([insert("b")]))
        #expect(try await fixture.log.page(after: first.until).records == ["b"])
    },
    ContractCase("A cursor ahead of the clock counts as the clock, and the answer mends it") { fixture in
        try await fixture.log.store(push([insert("a")]))
        let clock = try await fixture.log.page().until
        let future = Cursor(clock.time.advanced(by: .seconds(3600)))
        let mended = try await fixture.log.page(after: future)
        #expect(mended.count == 0)
        #expect(!mended.hasMore)
        #expect(mended.until == clock)
        try await fixture.log.store(push([insert("b")]))
        #expect(try await fixture.log.page(after: mended.until).records == ["b"])
    },
    ContractCase("A push with a cursor ahead of the clock is stored, and the answer mends the cursor") { fixture in
        let future = Cursor(contractStart.advanced(by: .seconds(3600)))
        let (outcome, page) = try await fixture.log.storeAndRead(push([insert("a")], since: future))
        #expect(outcome.stored == 1)
        #expect(page.until < future)
        #expect(try await fixture.log.page(client: laptop).records == ["a"])
    },
    ContractCase("A page that is not full says no earlier cursor than the one before") { fixture in
        var last = Cursor.beginning
        for round in 0..<20 {
            fixture.setWallClock(contractStart.advanced(by: .seconds(round % 2 == 0 ? -round : round)))
            if round % 3 == 0 { try await fixture.log.store(push([insert("r\(round)")])) }
            let until = try await fixture.log.page(after: last).until
            #expect(until >= last)
            last = until
        }
    },
]
