import Domain
import StorageShared

/// Compares a push's changes with the client's latest stored push, and gathers the receipt of this one.
struct RetryComparison {
    private let known: [ChangeFingerprint: PushReceipt.Place]

    /// What is written if this push ``addsToLog``: all of its changes without event ids, the recognised ones too.
    private(set) var receipt = PushReceipt()
    /// Whether anything was stored or quarantined that was not before.
    private(set) var addsToLog = false

    init(with latest: PushReceipt?) {
        var known: [ChangeFingerprint: PushReceipt.Place] = [:]
        for (fingerprint, place) in latest?.entries ?? [] { known[fingerprint] = place }
        self.known = known
    }

    /// What became of the change in the earlier try, if there was one.
    func known(_ fingerprint: ChangeFingerprint) -> ChangeFate? {
        guard !known.isEmpty, let place = known[fingerprint] else { return nil }
        switch place {
        case .log(let place): return .duplicate(place: place)
        case .quarantine(let reason): return .rejected(reason, isNew: false)
        }
    }

    /// Notes what became of a change now.
    mutating func note(_ fate: ChangeFate, of change: PushedChange) {
        let place: PushReceipt.Place
        switch fate {
        case .stored(let stored): (place, addsToLog) = (.log(stored), true)
        case .duplicate(let stored): place = .log(stored)
        case .rejected(let reason, let isNew):
            place = .quarantine(reason)
            if isNew { addsToLog = true }
        }
        if change.eventID == nil { receipt.entries.append((change.fingerprint, place)) }
    }
}
