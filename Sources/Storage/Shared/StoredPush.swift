package import Domain
import Kernel

/// A push that is durable, and where its changes stand in the log.
package struct StoredPush: Sendable {
    package var outcome = PushOutcome()
    package var changes = OwnChanges()
    /// Where the changes stored now are.
    package var tables = WrittenTables()

    /// Nothing yet.
    package init() {}
}

/// What becomes of one change.
package enum ChangeFate: Sendable {
    /// It is in the log from now on.
    case stored(place: Int64)
    /// It was in the log before; its event id says so, for its place may be shared.
    case duplicate(place: Int64)
    /// It is in the quarantine, from now on or since an earlier try.
    case rejected(RejectionReason, isNew: Bool)
}

extension StoredPush {
    /// Notes what became of the push's change at `index`.
    package mutating func note(_ fate: ChangeFate, of change: PushedChange, at index: Int) {
        switch fate {
        case .stored(let place):
            outcome.stored += 1
            let cursor = Cursor(UnixTime(microseconds: place))
            outcome.written = (outcome.written?.lowerBound ?? cursor)...cursor
            changes.insert(place: place)
            tables.insert(change.table, in: change.space)
        case .duplicate(let place):
            outcome.duplicates += 1
            if let eventID = change.eventID {
                changes.insert(place: place, eventID: eventID)
            } else {
                changes.insert(place: place)
            }
        case .rejected(let reason, _):
            outcome.rejections.append(Rejection(index: index, eventID: change.eventID, reason: reason))
        }
    }
}
