import Domain

/// What the answer to an import says.
struct ImportReport: Sendable {
    private var imported = 0
    private var duplicates = 0
    private var quarantined = 0
    private var rejected = 0
    private var listed: [Rejection] = []
    /// How many changes came before the next batch.
    private var changes = 0

    /// The most rejections that are listed one by one.
    static let mostListed = 1000

    /// Adds what became of a batch of so many changes.
    mutating func add(_ outcome: RestoreOutcome, ofBatch count: Int) {
        imported += outcome.imported
        duplicates += outcome.duplicates
        quarantined += outcome.quarantined
        rejected += outcome.rejections.count
        for var rejection in outcome.rejections.prefix(Self.mostListed - listed.count) {
            rejection.index += changes
            listed.append(rejection)
        }
        changes += count
    }

    /// `{"imported":n,"duplicates":n,"quarantined":n,"rejected":[…]}`, and `moreRejected` where not all are listed. A rejection's index is that of
    /// the event in the archive.
    var json: String {
        let rejections = listed.map { rejection in
            #"{"index":\#(rejection.index),"eventId":"\#(rejection.eventID?.description ?? "")","#
                + #""error":"\#(rejection.reason.rawValue)","message":"\#(rejection.reason.message)"}"#
        }
        let more = rejected > listed.count ? #","moreRejected":\#(rejected - listed.count)"# : ""
        return #"{"imported":\#(imported),"duplicates":\#(duplicates),"quarantined":\#(quarantined),"#
            + #""rejected":[\#(rejections.joined(separator: ","))]\#(more)}"#
    }
}
