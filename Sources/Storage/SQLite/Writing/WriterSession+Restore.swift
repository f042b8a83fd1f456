import Domain
import Kernel
import StorageShared

/// What came from an archive, and whom to tell of it.
struct RestoredChanges: Sendable {
    var outcome = RestoreOutcome()
    var notices: [ChangeNotice] = []
}

/// Storing changes that come from an archive (spec: backup.md, "A user's import").
extension WriterSession {
    /// Stores the changes in one transaction, or says what it would be like.
    mutating func restore(
        _ changes: [ArchivalChange], of user: UserID, isRehearsal: Bool
    ) throws(StoreError) -> RestoredChanges {
        try transaction(isRehearsal: isRehearsal) { (session) throws(StoreError) in
            var restored = RestoredChanges()
            var start = 0
            while start < changes.count {
                let app = changes[start].app
                let end = changes[start...].firstIndex { $0.app != app } ?? changes.count
                try session.restore(changes, in: start..<end, of: user, into: &restored)
                start = end
            }
            if isRehearsal { restored.notices = [] }
            return restored
        }
    }

    /// Stores changes of one app.
    private mutating func restore(
        _ changes: [ArchivalChange], in range: Range<Int>, of user: UserID, into restored: inout RestoredChanges
    ) throws(StoreError) {
        let now = time.now
        let push = Push(user: user, app: changes[range.lowerBound].app, client: nil, since: .beginning, changes: [])
        try statements.insertChange.bindAuthor(of: push)
        try statements.insertQuarantined.bindAuthor(of: push)
        var tables = WrittenTables()
        for index in range {
            let archived = changes[index]
            if let reason = archived.change.refusal, archived.wasQuarantined {
                if try restoreQuarantined(archived, of: push, for: reason, now: now) {
                    restored.outcome.quarantined += 1
                }
                continue
            }
            switch try restoreEvent(archived, of: push, now: now) {
            case .stored:
                restored.outcome.imported += 1
                tables.insert(archived.change.table, in: archived.change.space)
            case .duplicate: restored.outcome.duplicates += 1
            case .rejected(let reason, _):
                restored.outcome.rejections.append(
                    Rejection(index: index, eventID: archived.change.eventID, reason: reason))
            }
        }
        restored.notices += tables.notices(of: push)
    }

    private mutating func restoreEvent(
        _ archived: ArchivalChange, of push: Push, now: UnixTime
    ) throws(StoreError) -> ChangeFate {
        if let reason = archived.change.refusal {
            return try refuse(archived, of: push, for: reason, now: now)
        }
        let before = clock
        let place = try nextPlace()
        let eventID = archived.change.eventID ?? EventID.make(at: UnixTime(microseconds: place))
        if try insert(archived.change, as: eventID, at: place, importedClient: archived.client) {
            return .stored(place: place)
        }
        clock = before
        return try refuse(archived, of: push, for: .eventConflict, now: now)
    }

    /// What becomes of an event that is not to be stored: it is in the log already, or it is rejected.
    private func refuse(
        _ archived: ArchivalChange, of push: Push, for reason: RejectionReason, now: UnixTime
    ) throws(StoreError) -> ChangeFate {
        if let eventID = archived.change.eventID, let known = try find(eventID, of: push.user), known.isOwn {
            return .duplicate(place: known.place)
        }
        return .rejected(reason, isNew: try restoreQuarantined(archived, of: push, for: reason, now: now))
    }

    /// Puts a change back into the quarantine, unless it is there or, by its event id, in the user's log.
    ///
    /// - Returns: Whether it was put there.
    private func restoreQuarantined(
        _ archived: ArchivalChange, of push: Push, for reason: RejectionReason, now: UnixTime
    ) throws(StoreError) -> Bool {
        if let eventID = archived.change.eventID, let known = try find(eventID, of: push.user), known.isOwn {
            return false
        }
        let content = archived.change.fingerprint
        let find = statements.findContent
        try find.bind(1, push.user.text)
        try find.bind(2, high: content.high, low: content.low)
        defer { find.reset() }
        guard try !find.step() else { return false }
        try statements.insertQuarantined.bind(ChangeParameter.client.rawValue, archived.client?.text ?? "")
        try quarantine(archived.change, recognisedBy: content, for: reason, now: now)
        return true
    }
}

extension ChangeFingerprint {
    /// What a change of a push is recognised by when it comes back with an archive.
    static func content(
        of change: PushedChange, app: AppID, client: ClientID?
    ) throws(StoreError) -> ChangeFingerprint {
        do throws(CryptoError) {
            return try ChangeFingerprint(contentOf: change, app: app, client: client)
        } catch {
            throw StoreError(.internalFault, "A change's digest could not be computed.", cause: "\(error)")
        }
    }
}
