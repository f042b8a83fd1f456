import Domain
import Kernel
import StorageShared

/// What one push does to the log (spec: protocol.md, "Safe to retry" and "A change the user may not make").
extension WriterSession {
    /// Stores a push within the open transaction.
    mutating func store(_ push: Push) throws(StoreError) -> StoredPush {
        try statements.insertChange.bindAuthor(of: push)
        try statements.insertQuarantined.bindAuthor(of: push)
        let now = time.now
        var retry = RetryComparison(with: try receipt(for: push, at: now))
        var stored = StoredPush()
        for index in push.changes.indices {
            try store(push.changes[index], at: index, of: push, now: now, retry: &retry, into: &stored)
        }
        if retry.addsToLog { try write(retry.receipt, of: push, now: now) }
        stored.changes.sort()
        return stored
    }

    private mutating func store(
        _ change: PushedChange, at index: Int, of push: Push, now: UnixTime, retry: inout RetryComparison,
        into stored: inout StoredPush
    ) throws(StoreError) {
        let fate: ChangeFate
        if let eventID = change.eventID {
            fate = try store(change, eventID: eventID, of: push, now: now)
        } else if let known = retry.known(change.fingerprint) {
            fate = known
        } else if let refusal = change.refusal {
            try quarantine(change, of: push, for: refusal, now: now)
            fate = .rejected(refusal, isNew: true)
        } else {
            let place = try nextPlace()
            try insert(change, as: EventID.make(at: UnixTime(microseconds: place)), at: place)
            fate = .stored(place: place)
        }
        retry.note(fate, of: change)
        stored.note(fate, of: change, at: index)
    }

    /// Stores a change that is recognised by its event id.
    private mutating func store(
        _ change: PushedChange, eventID: EventID, of push: Push, now: UnixTime
    ) throws(StoreError) -> ChangeFate {
        if let refusal = change.refusal {
            if let known = try find(eventID, of: push.user), known.isOwn { return .duplicate(place: known.place) }
            return try reject(change, eventID: eventID, of: push, for: refusal, now: now)
        }
        let before = clock
        let place = try nextPlace()
        if try insert(change, as: eventID, at: place) { return .stored(place: place) }
        clock = before
        if let known = try find(eventID, of: push.user), known.isOwn { return .duplicate(place: known.place) }
        return try reject(change, eventID: eventID, of: push, for: .eventConflict, now: now)
    }

    /// Quarantines a change, unless these bytes with this id are there already: then it is rejected as they were.
    private func reject(
        _ change: PushedChange, eventID: EventID, of push: Push, for reason: RejectionReason, now: UnixTime
    ) throws(StoreError) -> ChangeFate {
        let find = statements.findQuarantined
        try find.bind(1, push.user.text)
        try find.bind(2, high: eventID.high, low: eventID.low)
        try find.bind(3, high: change.fingerprint.high, low: change.fingerprint.low)
        defer { find.reset() }
        guard try find.step() else {
            try quarantine(change, of: push, for: reason, now: now)
            return .rejected(reason, isNew: true)
        }
        return .rejected(RejectionReason(rawValue: find.string(0)) ?? reason, isNew: false)
    }

    /// Where an event is in the log and whether the user wrote it.
    func find(_ eventID: EventID, of user: UserID) throws(StoreError) -> (place: Int64, isOwn: Bool)? {
        let find = statements.findEvent
        try find.bind(1, high: eventID.high, low: eventID.low)
        try find.bind(2, user.text)
        defer { find.reset() }
        guard try find.step() else { return nil }
        return (find.integer(0), find.integer(1) == 1)
    }

    /// Writes a change into the log; false if its id is taken.
    @discardableResult
    func insert(
        _ change: PushedChange, as eventID: EventID, at place: Int64, importedClient: ClientID? = nil
    ) throws(StoreError) -> Bool {
        let insert = statements.insertChange
        try insert.bind(change)
        try insert.bind(ChangeParameter.count + 1, high: eventID.high, low: eventID.low)
        try insert.bind(ChangeParameter.count + 2, place)
        try insert.bind(ChangeParameter.count + 3, importedClient?.text)
        try insert.run()
        return connection.changedRows == 1
    }

    private func quarantine(
        _ change: PushedChange, of push: Push, for reason: RejectionReason, now: UnixTime
    ) throws(StoreError) {
        let content = try ChangeFingerprint.content(of: change, app: push.app, client: push.client)
        try quarantine(change, recognisedBy: content, for: reason, now: now)
    }

    /// Writes a change into the quarantine.
    func quarantine(
        _ change: PushedChange, recognisedBy content: ChangeFingerprint, for reason: RejectionReason, now: UnixTime
    ) throws(StoreError) {
        let insert = statements.insertQuarantined
        try insert.bind(change)
        if let eventID = change.eventID {
            try insert.bind(ChangeParameter.count + 1, high: eventID.high, low: eventID.low)
        } else {
            try insert.bindNull(ChangeParameter.count + 1)
        }
        try insert.bind(ChangeParameter.count + 2, high: change.fingerprint.high, low: change.fingerprint.low)
        try insert.bind(ChangeParameter.count + 3, reason.rawValue)
        try insert.bind(ChangeParameter.count + 4, now.microseconds)
        try insert.bind(ChangeParameter.count + 5, high: content.high, low: content.low)
        try insert.run()
    }
}
