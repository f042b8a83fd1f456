import JSONScanner

/// The pass over a body: what of it is a changeset, and the first fault of its changes, so that the rest can still be validated as JSON.
struct ChangesetScan {
    private(set) var isObject = false
    private(set) var clientID: JSONSlice?
    private(set) var since: JSONSlice?
    private(set) var schemaVersion: JSONSlice?
    /// Whether `changes` is an array, null or absent.
    private(set) var hasReadableChanges = true
    /// The changes before the first faulty one.
    var draft: ChangesDraft
    /// The first faulty change.
    private(set) var fault: (index: Int, fault: ChangeFault)?

    /// A scan that has not run.
    init(draft: ChangesDraft) {
        self.draft = draft
    }

    /// Reads the whole body.
    ///
    /// - Throws: if it is no valid UTF-8 and JSON.
    mutating func run(_ bytes: UnsafeRawBufferPointer) throws(JSONScanError) {
        var scanner = try JSONScanner(bytes)
        isObject = try scanner.peekKind() == .object
        guard isObject else { return try scanner.finish() }
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            switch ChangesetMember(name, in: bytes) {
            case .clientID: clientID = try scanner.skipValue()
            case .since: since = try scanner.skipValue()
            case .schemaVersion: schemaVersion = try scanner.skipValue()
            case .changes: try readChanges(&scanner)
            case nil: try scanner.skipValue()
            }
        }
        try scanner.finish()
    }

    private mutating func readChanges(_ scanner: inout JSONScanner) throws(JSONScanError) {
        draft.removeAll()
        fault = nil
        let kind = try scanner.peekKind()
        hasReadableChanges = kind == .array || kind == .null
        guard kind == .array else {
            try scanner.skipValue()
            return
        }
        var spans = ChangeSpans()
        try scanner.enterArray()
        while try scanner.nextElement() {
            guard try scanner.peekKind() == .object else {
                fault = (draft.count, .notAnObject)
                return try scanner.leave()
            }
            try scanner.readChange(into: &spans)
            do throws(ChangeFault) {
                try draft.add(spans, in: scanner.bytes)
            } catch {
                fault = (draft.count, error)
                return try scanner.leave()
            }
        }
    }
}
