import Domain
import Kernel
import StorageShared

/// Pages of a reader who sees spaces too (decision 13).
extension ReaderSession {
    /// A page, and whether it is short only because rows that the reader inherits have no places yet.
    typealias SharedPage<Sink: ChangeSink> = (page: ChangePage<Sink>, awaitsInheritance: Bool)

    /// Reads a page in one snapshot, leaving out `own`: the reader's log and each of their spaces by an index, merged.
    mutating func sharedPage<Sink: ChangeSink>(
        _ query: ChangeQuery, leavingOut own: OwnChanges, into sink: Sink
    ) throws(StoreError) -> SharedPage<Sink> {
        try begin.run()
        do throws(StoreError) {
            let clock = try clock()
            let grants = try SpaceGrant.all(of: query.user, in: query.app, by: listGrants)
            let pending = grants.filter { !$0.isInherited }
            let after = min(query.after.time.microseconds, clock)
            // Behind the last inherited row that has a place, others are to come.
            let end = pending.map(\.inheritedTo).min() ?? clock
            var arms = try arms(for: query, after: after, grants)
            defer { for arm in arms { arm.rows.reset() } }
            var page = PageBuilder(sink: sink, query: query)
            try Self.merge(&arms, upTo: end, leavingOut: own, into: &page)
            for arm in arms { arm.rows.reset() }
            try commit.run()
            var result = page.page(reachingTo: max(after, end))
            let awaits = !pending.isEmpty && !result.hasMore
            if awaits { result.hasMore = true }
            result.spaces = Set(grants.map(\.space))
            return (result, awaits)
        } catch {
            connection.rollBack()
            throw error
        }
    }

    private static func merge<Sink: ChangeSink>(
        _ arms: inout [ScopeArm], upTo end: Int64, leavingOut own: OwnChanges, into page: inout PageBuilder<Sink>
    ) throws(StoreError) {
        while let (index, place) = nextRow(of: arms), place <= end {
            let arm = arms[index]
            if !arm.leavesOut, !own.contains(place: place, eventID: arm.rows.eventID) {
                guard
                    try page.takes(place: place, { (take) throws(StoreError) in try arm.rows.withChangeRow(take) })
                else { return }
            }
            try arms[index].advance()
        }
    }

    /// The arm whose row comes first, and where that stands.
    private static func nextRow(of arms: [ScopeArm]) -> (index: Int, place: Int64)? {
        var first: (index: Int, place: Int64)?
        for index in arms.indices {
            guard let place = arms[index].next else { continue }
            if let known = first, known.place <= place { continue }
            first = (index, place)
        }
        return first
    }

    private mutating func arms(
        for query: ChangeQuery, after: Int64, _ grants: [SpaceGrant]
    ) throws(StoreError) -> [ScopeArm] {
        var arms = [try ScopeArm(try statement(for: query, after: after), leavingOut: nil)]
        var used: [ScopeArm.Shape: Int] = [:]
        for grant in grants {
            for kind in [ScopeArm.Shape.Kind.inherited, .written] where kind == .written || after < grant.inheritedTo {
                let shape = ScopeArm.Shape(kind: kind, tables: query.tables?.count)
                let rows = try armStatement(shape, number: used[shape, default: 0])
                used[shape, default: 0] += 1
                try rows.bind(1, query.app.text)
                try rows.bind(2, after)
                try rows.bind(3, grant.space.text)
                try rows.bind(4, grant.joinedAt)
                if kind == .inherited { try rows.bind(5, grant.id) }
                for (index, table) in (query.tables ?? []).enumerated() {
                    try rows.bind(6 + Int32(index), table.text)
                }
                arms.append(try ScopeArm(rows, leavingOut: kind == .written ? query.user : nil))
            }
        }
        return arms
    }

    /// How many statements of a shape are kept.
    private static let mostKept = 32

    /// A statement of a shape, of which one page may need several.
    private mutating func armStatement(_ shape: ScopeArm.Shape, number: Int) throws(StoreError) -> SQLiteStatement {
        if let kept = spaceArms[shape], number < kept.count { return kept[number] }
        let statement = try connection.prepare(shape.sql)
        if number < Self.mostKept, (shape.tables ?? 0) <= PageShape.mostMerged {
            spaceArms[shape, default: []].append(statement)
        }
        return statement
    }
}
