import Testing

@testable import PostgresStore

@Suite("How far a server has heard of others' commits")
struct NoticeMarkTests {
    private let own = NoticeMessage.Sender(text: "own")
    private let other = NoticeMessage.Sender(text: "other")

    /// One that has heard itself and another server often enough, which has told of everything up to `told`.
    private func settled(told: Int64) -> NoticeMark {
        var mark = NoticeMark()
        mark.connected()
        for _ in 0..<NoticeMark.firstRound {
            _ = mark.heard(other, told: told)
            hearRound(in: &mark, told: 1000)
        }
        return mark
    }

    /// A ping that is sent because it is time comes back.
    private func hearRound(in mark: inout NoticeMark, told: Int64) {
        mark.pinged()
        mark.heardEcho(from: own, told: told)
    }

    private func expectDoubt(
        _ expected: NoticeMark.Doubt?, in mark: inout NoticeMark, at location: SourceLocation = #_sourceLocation
    ) {
        let doubt = mark.takeDoubt()
        #expect(doubt == expected, sourceLocation: location)
    }

    private func expectEcho(
        _ expected: NoticeMark.Echo, in mark: inout NoticeMark, at location: SourceLocation = #_sourceLocation
    ) {
        let echo = mark.echo()
        #expect(echo == expected, sourceLocation: location)
    }

    @Test("The mark is the earliest place that a server has told of, from the third round of a session on")
    func earliest() {
        var mark = NoticeMark()
        mark.connected()
        let isNew = mark.heard(other, told: 5)
        #expect(isNew)
        for _ in 1..<NoticeMark.firstRound {
            hearRound(in: &mark, told: 10)
            #expect(mark.place == nil)
        }
        hearRound(in: &mark, told: 10)
        #expect(mark.place == 5)
        let isNewAgain = mark.heard(other, told: 12)
        #expect(!isNewAgain)
        hearRound(in: &mark, told: 11)
        #expect(mark.place == 11)
    }

    @Test("Pings for servers that are new make no rounds, however many there are")
    func questions() {
        var mark = settled(told: 5)
        mark.disconnected()
        mark.connected()
        mark.doubted()
        for _ in 0..<10 {
            mark.heardEcho(from: own, told: 50)
        }
        #expect(mark.place == 5)
        #expect(mark.rounds == NoticeMark.firstRound)
        expectDoubt(.since(5), in: &mark)
    }

    @Test("Without a mark anything may have been missed")
    func noMark() {
        var mark = NoticeMark()
        mark.connected()
        expectDoubt(nil, in: &mark)
        mark.doubted()
        expectDoubt(.everything, in: &mark)
        expectDoubt(nil, in: &mark)
        mark.doubted(behind: 7)
        expectDoubt(.everything, in: &mark)
    }

    @Test("A loss means a look-up from the mark, or from where another server says that it began")
    func doubts() {
        for (place, expected) in [(nil, 5), (3, 3), (8, 5)] as [(Int64?, Int64)] {
            var mark = settled(told: 5)
            mark.doubted(behind: place)
            expectDoubt(.since(expected), in: &mark)
        }
    }

    @Test("Losses before a look-up are one look-up, from the earliest place")
    func merged() {
        var mark = settled(told: 5)
        mark.doubted()
        mark.doubted(behind: 2)
        mark.doubted()
        expectDoubt(.since(2), in: &mark)
        expectDoubt(nil, in: &mark)
        mark.doubted()
        mark.doubtedEverything()
        mark.doubted()
        expectDoubt(.everything, in: &mark)
    }

    @Test("After a loss the mark stands still until every server can have been heard again")
    func standsStill() {
        var mark = settled(told: 5)
        mark.disconnected()
        mark.connected()
        mark.doubted()
        _ = mark.heard(other, told: 50)
        for _ in 1..<NoticeMark.firstRound { hearRound(in: &mark, told: 50) }
        #expect(mark.place == 5)
        hearRound(in: &mark, told: 50)
        #expect(mark.place == 50)
    }

    @Test(
        "A server that falls silent holds the mark back, and then is gone: what it may not have told of is looked for")
    func silent() {
        var mark = settled(told: 5)
        for _ in 1..<NoticeMark.mostSilentRounds {
            hearRound(in: &mark, told: 2000)
            #expect(mark.place == 5)
            expectDoubt(nil, in: &mark)
        }
        hearRound(in: &mark, told: 2000)
        expectDoubt(.since(5), in: &mark)
        for _ in 1..<NoticeMark.firstRound { hearRound(in: &mark, told: 2000) }
        #expect(mark.place == 2000)
    }

    @Test("A server that took its leave holds nothing back")
    func farewell() {
        var mark = settled(told: 5)
        mark.heardFarewell(of: other)
        hearRound(in: &mark, told: 1001)
        #expect(mark.place == 1001)
        expectDoubt(nil, in: &mark)
    }

    @Test("A clock that steps back is another log's: nothing is known any more")
    func otherLog() {
        var mark = settled(told: 5)
        mark.saw(clock: 100)
        mark.saw(clock: 100)
        expectDoubt(nil, in: &mark)
        mark.saw(clock: 99)
        #expect(mark.place == nil)
        expectDoubt(.everything, in: &mark)
        #expect(mark.lastClock == 99)
    }

    @Test("A ping that does not come back means a dead session, if others came")
    func echoes() {
        var mark = settled(told: 5)
        mark.pinged()
        hearRound(in: &mark, told: 6)
        expectEcho(.heard, in: &mark)
        mark.pinged()
        mark.pingFailed()
        expectEcho(.heard, in: &mark)
        // It waits for a connection still.
        mark.pinged()
        expectEcho(.heard, in: &mark)
        mark.pingWasSent()
        expectEcho(.lost, in: &mark)
        expectEcho(.heard, in: &mark)
        mark.disconnected()
        mark.pinged()
        expectEcho(.heard, in: &mark)
        mark.connected()
        // What never comes back is said once.
        for expected in [NoticeMark.Echo.neverHeard, .heard, .heard] {
            mark.pinged()
            mark.pingWasSent()
            expectEcho(expected, in: &mark)
        }
    }
}
