import Domain
import Kernel
import NIOCore
import Synchronization
import Testing

/// What ``SpaceGrants`` promises.
let spaceGrantContract: [ContractCase] =
    [1, 2, 3, 1000].map { limit in
        ContractCase("A joiner gets the space's rows once and before anything newer, in pages of \(limit)") { fixture in
            try await fixture.log.store(push([insert("b-own")], user: bert))
            try await fixture.write(["a1", "a2", "a3"], into: family, by: anna)
            let before = try await fixture.sharedChain(of: bert, limit: limit)
            #expect(before.records == ["b-own"])
            #expect(try await fixture.grant([family], to: bert))
            try await fixture.write(["a4"], into: family, by: anna)
            try await fixture.log.store(push([insert("b-new")], user: bert))
            #expect(
                try await fixture.shared(of: bert, after: before.until, limit: limit) == [
                    "a1", "a2", "a3", "a4", "b-new",
                ])
            #expect(try await fixture.shared(of: bert, limit: limit) == ["b-own", "a1", "a2", "a3", "a4", "b-new"])
        }
    } + [
        ContractCase("A joiner's own earlier rows in the space do not come again") { fixture in
            try await fixture.write(["b1"], into: family, by: bert)
            try await fixture.write(["a1"], into: family, by: anna)
            let before = try await fixture.sharedChain(of: bert)
            try await fixture.grant([family], to: bert)
            #expect(try await fixture.shared(of: bert, after: before.until) == ["a1"])
            #expect(try await fixture.shared(of: bert) == ["b1", "a1"])
        },
        ContractCase("A leaver gets nothing more of the space, and keeps what they wrote") { fixture in
            try await fixture.write(["a1"], into: family, by: anna)
            try await fixture.grant([family], to: bert)
            try await fixture.write(["b1"], into: family, by: bert)
            let before = try await fixture.sharedChain(of: bert)
            try await fixture.write(["a2"], into: family, by: anna)
            #expect(try await fixture.grant([], to: bert))
            try await fixture.write(["a3"], into: family, by: anna)
            #expect(try await fixture.shared(of: bert, after: before.until) == [])
            #expect(try await fixture.shared(of: bert) == ["b1"])
            #expect(try await fixture.grants.grantedSpaces(of: bert) == [])
        },
        ContractCase("A leaver who has not inherited everything gets no more of it") { fixture in
            try await fixture.write((0..<9).map { "a\($0)" }, into: family, by: anna)
            try await fixture.grant([family], to: bert)
            let page = try await fixture.sharedPage(of: bert, limit: 2)
            try await fixture.grant([], to: bert)
            #expect(try await fixture.shared(of: bert, after: page.until) == [])
        },
        ContractCase("A rejoin is a new join: the space's rows come again, once") { fixture in
            try await fixture.write(["a1"], into: family, by: anna)
            try await fixture.grant([family], to: bert)
            let first = try await fixture.sharedChain(of: bert)
            try await fixture.grant([], to: bert)
            try await fixture.write(["a2"], into: family, by: anna)
            try await fixture.grant([family], to: bert)
            try await fixture.write(["a3"], into: family, by: anna)
            #expect(try await fixture.shared(of: bert, after: first.until) == ["a1", "a2", "a3"])
            #expect(try await fixture.shared(of: bert) == ["a1", "a2", "a3"])
        },
        ContractCase("One space's join leaves another's chain as it was") { fixture in
            try await fixture.grant([family], to: bert)
            try await fixture.write(["f1"], into: family, by: anna)
            try await fixture.write(["w1", "w2"], into: work, by: carl)
            let first = try await fixture.sharedChain(of: bert)
            try await fixture.write(["f2"], into: family, by: anna)
            try await fixture.grant([family, work], to: bert)
            try await fixture.write(["f3"], into: family, by: anna)
            try await fixture.write(["w3"], into: work, by: carl)
            for limit in [1, 1000] {
                #expect(
                    try await fixture.shared(of: bert, after: first.until, limit: limit)
                        == ["f2", "w1", "w2", "f3", "w3"])
            }
            try await fixture.grant([work], to: bert)
            #expect(try await fixture.shared(of: bert) == ["w1", "w2", "w3"])
        },
        ContractCase("An answer that was asked for before the last one granted changes nothing") { fixture in
            fixture.setWallClock(contractStart.advanced(by: .seconds(60)))
            try await fixture.grant([family], to: bert, askedBefore: .seconds(1))
            #expect(try await fixture.grant([], to: bert, askedBefore: .seconds(2)) == false)
            #expect(try await fixture.grants.grantedSpaces(of: bert) == [family])
            try await fixture.grant([], readable: [family], to: bert, askedBefore: .seconds(2))
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [family])
            #expect(try await fixture.grant([], to: carl, askedBefore: .seconds(2)) == false)
            #expect(try await fixture.grant([], to: bert, askedBefore: .milliseconds(500)))
            // A wall clock that was set back must not keep answers out until it has caught up.
            fixture.setWallClock(contractStart)
            #expect(try await fixture.grant([work], to: bert))
            #expect(try await fixture.grants.grantedSpaces(of: bert) == [work])
        },
        ContractCase("How old the last answer is outlives a restart, and is not known where the clock was set back") {
            fixture in
            #expect(try await fixture.grants.lastAnswer(about: bert) == nil)
            fixture.setWallClock(contractStart.advanced(by: .seconds(60)))
            try await fixture.grant([family], to: bert, askedBefore: .seconds(1))
            try await fixture.grant([], to: carl)
            try await fixture.reopen()
            fixture.setWallClock(contractStart.advanced(by: .seconds(100)))
            #expect(try await fixture.grants.lastAnswer(about: bert)?.age == .seconds(41))
            #expect(try await fixture.grants.lastAnswer(about: carl)?.age == .seconds(40))
            #expect(try await fixture.grants.lastAnswer(about: anna) == nil)
            fixture.setWallClock(contractStart)
            #expect(try await fixture.grants.lastAnswer(about: bert) == nil)
        },
        ContractCase("Which spaces may be written into outlives a restart; a leave ends it, a rejoin says it anew") {
            fixture in
            try await fixture.grant([family], readable: [work], to: bert)
            try await fixture.grant([], readable: [family], to: carl)
            try await fixture.reopen()
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [family])
            #expect(try await fixture.grants.lastAnswer(about: carl)?.writableSpaces == [])
            try await fixture.grant([work], to: bert)
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [work])
            try await fixture.grant([work], readable: [family], to: bert)
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [work])
            #expect(try await fixture.grants.grantedSpaces(of: bert) == [family, work])
        },
        ContractCase("A change of access is no join: nobody is told, and no row comes again or goes missing") {
            fixture in
            try await fixture.write((0..<9).map { "a\($0)" }, into: family, by: anna)
            try await fixture.grant([family], to: bert)
            // In the middle of what is inherited.
            let page = try await fixture.sharedPage(of: bert, limit: 4)
            let told = GrantNews(fixture.notices)
            #expect(try await fixture.grant([], readable: [family], to: bert) == false)
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [])
            let rest = try await fixture.sharedChain(of: bert, after: page.until)
            #expect(rest.records == (4..<9).map { "a\($0)" })
            #expect(try await fixture.grant([family], to: bert) == false)
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [family])
            try await fixture.write(["a9"], into: family, by: anna)
            #expect(try await fixture.shared(of: bert, after: rest.until) == ["a9"])
            #expect(try await fixture.shared(of: bert) == (0..<10).map { "a\($0)" })
            #expect(told.users == [])
        },
        ContractCase("Where it is not known who may write, as in an older backup, the next answer says it") { fixture in
            let log = try #require(fixture.log as? any WholeLog)
            try await log.withRestoration(isReplacing: true) { restoration in
                let (user, place) = (LogValue.text(ByteBuffer(string: bert.text)), LogValue.integer(1))
                try await restoration.append([LogRecord([user, .integer(1)])], to: .memberships)
                let grants = [(family, LogValue.null), (work, .integer(1))].map { space, mayWrite in
                    LogRecord([user, .text(ByteBuffer(string: space.text)), place, place, mayWrite])
                }
                try await restoration.append(grants, to: .grants)
            }
            #expect(try await fixture.grants.grantedSpaces(of: bert) == [family, work])
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [work])
            #expect(try await fixture.grant([family, work], to: bert) == false)
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [family, work])
        },
        ContractCase("Access changes along with joins and leaves in one answer") { fixture in
            try await fixture.write(["f"], into: family, by: anna)
            try await fixture.write(["w"], into: work, by: anna)
            try await fixture.grant([family], to: bert)
            let first = try await fixture.sharedChain(of: bert)
            #expect(try await fixture.grant([work], readable: [family], to: bert))
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [work])
            #expect(try await fixture.shared(of: bert, after: first.until) == ["w"])
            #expect(try await fixture.grant([], readable: [work], to: bert))
            #expect(try await fixture.grants.lastAnswer(about: bert)?.writableSpaces == [])
            #expect(try await fixture.grants.grantedSpaces(of: bert) == [work])
        },
        ContractCase("The tables of spaces are told to those who may read them") { fixture in
            let notes = try #require(AppID("notes"))
            try await fixture.log.store(
                push([insert("a", into: family, table: "t1"), insert("b", into: family, table: "t2")], user: anna))
            try await fixture.log.store(push([insert("c", into: family, table: "t3")], user: bert, app: notes))
            try await fixture.log.store(
                push([insert("d", into: work, table: "t4"), insert("e", table: "t5")], user: anna))
            try await fixture.grant([family], to: bert)
            #expect(
                try await fixture.grants.tables(of: [family, work, SpaceID("none")], readBy: bert) == [
                    todo: [TableName("t1"), TableName("t2")], notes: [TableName("t3")],
                ])
            #expect(try await fixture.grants.tables(of: [work], readBy: bert) == [:])
            #expect(try await fixture.grants.tables(of: [], readBy: bert) == [:])
            #expect(try await fixture.grants.tables(of: [family], readBy: anna) == [:])
        },
        ContractCase("The same answer again changes nothing, and nobody is told") { fixture in
            let told = GrantNews(fixture.notices)
            try await fixture.grant([family, work], to: bert)
            #expect(told.users == [bert])
            #expect(try await fixture.grant([work, family], to: bert) == false)
            #expect(try await fixture.grant([], to: carl) == false)
            #expect(told.users == [bert])
            #expect(try await fixture.grant([work], to: bert))
            #expect(told.users == [bert, bert])
        },
        ContractCase("Grants and inherited places outlive a restart") { fixture in
            try await fixture.write((0..<5).map { "a\($0)" }, into: family, by: anna)
            try await fixture.grant([family], to: bert)
            let page = try await fixture.sharedPage(of: bert, limit: 2)
            try await fixture.reopen()
            #expect(try await fixture.shared(of: bert, after: page.until) == ["a2", "a3", "a4"])
            try await fixture.write(["a5"], into: family, by: anna)
            #expect(try await fixture.shared(of: bert) == (0..<6).map { "a\($0)" })
        },
        ContractCase("Who joins a space whose many rows are their own gets on page by page, and then the others'") {
            fixture in
            for start in stride(from: 0, to: 35_000, by: 5000) {
                try await fixture.log.store(
                    push((start..<(start + 5000)).map { insert("b\($0)", into: family) }, user: bert, client: phone))
            }
            try await fixture.write(["a"], into: family, by: anna)
            try await fixture.grant([family], to: bert)
            #expect(try await fixture.shared(of: bert, client: phone) == ["a"])
            #expect(try await fixture.shared(of: bert, client: phone, tables: [TableName("none")]) == [])
        },
        ContractCase("A space of many rows is inherited in the order of its log, while others go on writing") {
            fixture in
            let texts = (0..<10_000).map { "a\($0)" }
            for start in stride(from: 0, to: texts.count, by: 1000) {
                let author = start % 2000 == 0 ? anna : carl
                try await fixture.log.store(
                    push(texts[start..<(start + 1000)].map { insert($0, into: family) }, user: author))
            }
            try await fixture.grant([family], to: bert)
            async let later: Void = fixture.write((0..<20).map { "later\($0)" }, into: family, by: anna)
            let first = try await fixture.sharedChain(of: bert, limit: 700)
            try await later
            let rest = try await fixture.shared(of: bert, after: first.until)
            #expect(first.records + rest == texts + (0..<20).map { "later\($0)" })
            #expect(try await fixture.shared(of: bert, tables: [TableName("none")]) == [])
        },
    ]

/// Of whose grants it was told that they changed.
private final class GrantNews: Sendable {
    private let told = Mutex<[UserID]>([])
    private let subscription = Mutex<ChangeSubscription?>(nil)

    init(_ notices: any ChangeNotices) {
        let new = notices.subscribe { [weak self] news in
            if case .grantsChanged(let user) = news { self?.told.withLock { $0.append(user) } }
        }
        subscription.withLock { $0 = new }
    }

    deinit { subscription.withLock { $0?.cancel() } }

    var users: [UserID] { told.withLock { $0 } }
}
