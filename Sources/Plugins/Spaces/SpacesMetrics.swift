import CoreMetrics
import Domain
import Kernel

/// What the plugin decided.
struct SpacesMetrics: Sendable {
    private let notAMember: Counter
    private let readOnly: Counter
    /// Requests that were answered 503, since nothing is known.
    let unavailable: Counter
    /// Pushes that were stored without reading, since nothing is known.
    let blind: Counter

    init(factory: any MetricsFactory) {
        func refusals(_ reason: RejectionReason) -> Counter {
            Counter(
                label: "mana_sync_spaces_refusals_total", dimensions: [("reason", reason.rawValue)], factory: factory)
        }
        func outages(_ outcome: String) -> Counter {
            Counter(
                label: "mana_sync_spaces_outage_requests_total", dimensions: [("outcome", outcome)], factory: factory)
        }
        notAMember = refusals(.notAMember)
        readOnly = refusals(.readOnly)
        unavailable = outages("unavailable")
        blind = outages("stored_unread")
    }

    func refused(for reason: RejectionReason) {
        switch reason {
        case .notAMember: notAMember.increment()
        case .readOnly: readOnly.increment()
        case .eventConflict: break
        }
    }

    static let descriptions = [
        MetricDescription(
            .counter, "mana_sync_spaces_refusals_total",
            help: "Pushed changes that their users may not make, by reason."),
        MetricDescription(
            .counter, "mana_sync_spaces_outage_requests_total",
            help:
                "Requests of users of whose spaces nothing is known: answered 503 (unavailable), or stored without an answer's changes (stored_unread)."
        ),
    ]
}
