import Testing

@testable import PostgresStore

@Suite("How far a server has told of its own commits")
struct OperationTurnsTests {
    @Test("Where nothing is under way, everything is told up to the clock")
    func idle() {
        var turns = OperationTurns()
        #expect(turns.posted == nil)
        turns.close(at: 10)
        #expect(turns.posted == 10)
    }

    @Test("What began before the clock was read holds it back until it ends; what began later does not")
    func underWay() {
        var turns = OperationTurns()
        turns.close(at: 10)
        let early = turns.begin()
        turns.close(at: 20)
        let late = turns.begin()
        #expect(turns.posted == 10)
        turns.close(at: 30)
        turns.end(early)
        #expect(turns.posted == 20)
        turns.end(late)
        #expect(turns.posted == 30)
    }

    @Test("Two operations of a turn both hold it back")
    func together() {
        var turns = OperationTurns()
        let both = [turns.begin(), turns.begin()]
        turns.close(at: 10)
        turns.end(both[0])
        #expect(turns.posted == nil)
        turns.end(both[1])
        #expect(turns.posted == 10)
    }

    @Test("An operation that takes for ever costs a bounded number of turns, and all are settled once it ends")
    func stuck() {
        var turns = OperationTurns()
        let stuck = turns.begin()
        for clock in 1...100 { turns.close(at: Int64(clock)) }
        #expect(turns.posted == nil)
        turns.end(stuck)
        #expect(turns.posted == 100)
    }

    @Test("A clock that has stepped back is another one", arguments: [false, true])
    func otherClock(isBusy: Bool) {
        var turns = OperationTurns()
        turns.close(at: 100)
        let operation = isBusy ? turns.begin() : nil
        turns.close(at: 50)
        #expect(turns.posted == (isBusy ? nil : 50))
        if let operation { turns.end(operation) }
        #expect(turns.posted == 50)
    }
}
