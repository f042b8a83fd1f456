import CachedLookup
import CoreMetrics
import Kernel

/// Decides which requests may pass.
struct SubscriptionGate: Sendable {
    let lookup: CachedLookup<SubscriptionStatus>
    let exemptApps: Set<String>
    let metrics: BillingMetrics

    /// Returns where the request may go on. Does not wait where the user's status is known.
    ///
    /// - Throws: 402 where the user's sync is inactive; 401 where there is no user.
    func admit(_ context: RequestContext) async throws {
        if !exemptApps.isEmpty, exemptApps.contains(context.parameters["appId"]) {
            metrics.exempt.increment()
            return
        }
        let userID = try context.requirePrincipal().userID
        if let known = lookup.cached(userID) { return try decide(known) }
        try decide(await lookup.lookup(userID))
    }

    private func decide(_ status: LookupResult<SubscriptionStatus>) throws(Problem) {
        switch status {
        case .fresh(.active, _):
            metrics.active.increment()
        case .fresh(.inactive, _):
            metrics.inactive.increment()
            throw .syncInactive
        case .stale, .unknown:
            // Nothing that counts is known: the documented choice is to let the user sync.
            metrics.unknown.increment()
        }
    }
}

extension Problem {
    /// 402: the user does not pay for sync.
    static let syncInactive = Problem(
        status: 402, code: "sync_inactive", detail: "Sync is not active for this account; it needs a subscription.")
}
