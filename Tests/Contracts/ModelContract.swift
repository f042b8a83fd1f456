import Domain
import Kernel
import Testing

/// Random pushes and reads against a model of the log that is too simple to be wrong. The seed of a failure is in its comment.
let modelContract = (0..<24).map { round in
    ContractCase("The log does what its model does, round \(round)") { fixture in
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix(seed: seed)
        var model = LogModel()
        for step in 0..<120 {
            let comment: Comment = "seed \(seed), step \(step)"
            model.now = model.now.advanced(by: .milliseconds(Int.random(in: -50...200, using: &random)))
            fixture.setWallClock(model.now)
            if Int.random(in: 0..<20, using: &random) == 0 { try await fixture.reopen() }
            let push = randomPush(using: &random, cursors: model.cursors)
            let outcome = try await fixture.log.store(push)
            let expected = model.store(push)
            #expect(outcome.stored == expected.stored, comment)
            #expect(outcome.duplicates == expected.duplicates, comment)
            #expect(outcome.rejections == expected.rejections, comment)
            if let written = outcome.written { model.cursors.append(written.upperBound) }
            try await comparePages(of: fixture.log, with: model, using: &random, comment)
            guard outcome.stored == expected.stored else { return }
        }
        for user in users {
            #expect(
                try await fixture.quarantined(of: user) == model.quarantine.count { $0.user == user }, "seed \(seed)")
        }
    }
}

private let users = [UserID("anna"), UserID("bert")]
private let clients = [ClientID("c1"), ClientID("c2"), nil]
private let tables = ["t1", "t2", "t3"].map { TableName($0) }

private func comparePages(
    of log: any ChangeLog, with model: LogModel, using random: inout SplitMix, _ comment: Comment
) async throws {
    let user = users.randomElement(using: &random) ?? anna
    let client = clients.randomElement(using: &random) ?? nil
    let wanted = Bool.random(using: &random) ? nil : Set(tables.shuffled(using: &random).prefix(Int(random.next() % 4)))
    let limit = Int.random(in: 1...9, using: &random)
    let rows = try await log.everything(of: user, client: client, tables: wanted, limit: limit)
    let expected = model.rows.filter { row in
        row.user == user && (client == nil || row.client != client) && wanted?.contains(row.change.table) ?? true
    }
    #expect(rows.map(\.record) == expected.map(\.change.record.text), comment)
}

private func randomPush(using random: inout SplitMix, cursors: [Cursor]) -> Push {
    var seen: [ChangeFingerprint: UInt32] = [:]
    let changes = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        let eventID = Int.random(in: 0..<3, using: &random) == 0 ? EventID.numbered(random.next() % 12) : nil
        let table = tables.randomElement(using: &random)?.text ?? "t1"
        let refusal = Int.random(in: 0..<8, using: &random) == 0 ? RejectionReason.readOnly : nil
        let text = "r\(random.next() % 4)" + (eventID.map { "-\($0.low & 0xF)" } ?? "")
        var change = insert(text, table: table, eventID: eventID, refusal: refusal)
        change.fingerprint.occurrence = seen[change.fingerprint, default: 0]
        seen[insert(text, table: table).fingerprint, default: 0] += 1
        return change
    }
    let since = Bool.random(using: &random) ? Cursor.beginning : cursors.suffix(3).randomElement(using: &random)
    return push(
        changes, user: users.randomElement(using: &random) ?? anna,
        client: clients.randomElement(using: &random) ?? nil, since: since ?? .beginning,
        retryWindow: .milliseconds(500))
}

/// The rules of spec protocol.md, "Safe to retry", in arrays.
private struct LogModel {
    struct Row {
        var user: UserID
        var client: ClientID?
        var change: PushedChange
    }
    struct Author: Hashable {
        var user: UserID
        var client: ClientID?
    }
    struct Latest {
        var since: Cursor
        var at: UnixTime
        var reasons: [ChangeFingerprint: RejectionReason?]
    }

    var now = contractStart
    var rows: [Row] = []
    var quarantine: [(user: UserID, change: PushedChange, reason: RejectionReason)] = []
    var latest: [Author: Latest] = [:]
    var cursors: [Cursor] = []

    mutating func store(_ push: Push) -> PushOutcome {
        let author = Author(user: push.user, client: push.client)
        var known = latest[author]
        if let found = known, found.since != push.since || now.since(found.at) >= push.retryWindow { known = nil }
        var outcome = PushOutcome()
        var reasons: [ChangeFingerprint: RejectionReason?] = [:]
        var isNew = false
        for (index, change) in push.changes.enumerated() {
            var reason: RejectionReason?
            if change.eventID == nil, let before = known?.reasons[change.fingerprint] {
                reason = before
                if reason == nil { outcome.duplicates += 1 }
            } else if let id = change.eventID, rows.contains(where: { $0.change.eventID == id && $0.user == push.user })
            {
                outcome.duplicates += 1
            } else {
                let taken = change.eventID != nil && rows.contains { $0.change.eventID == change.eventID }
                reason = change.refusal ?? (taken ? .eventConflict : nil)
                if let refused = reason {
                    let before = change.eventID.flatMap { id in
                        quarantine.first {
                            $0.user == push.user && $0.change.eventID == id
                                && $0.change.fingerprint.high == change.fingerprint.high
                        }
                    }
                    reason = before?.reason ?? refused
                    if before == nil {
                        quarantine.append((push.user, change, refused))
                        isNew = true
                    }
                } else {
                    rows.append(Row(user: push.user, client: push.client, change: change))
                    outcome.stored += 1
                    isNew = true
                }
            }
            if let reason {
                outcome.rejections.append(Rejection(index: index, eventID: change.eventID, reason: reason))
            }
            if change.eventID == nil { reasons.updateValue(reason, forKey: change.fingerprint) }
        }
        if isNew { latest[author] = Latest(since: push.since, at: now, reasons: reasons) }
        return outcome
    }
}

/// A generator whose numbers follow from a seed.
struct SplitMix: RandomNumberGenerator {
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
