import JSONScanner

/// The members of one change as spans of the body: of those that occur more than once the last.
struct ChangeSpans {
    /// The change itself, from brace to brace.
    var whole = 0..<0
    var table: JSONSlice?
    var record: JSONSlice?
    var operation: JSONSlice?
    var eventID: JSONSlice?
    var space: JSONSlice?
    var schemaVersion: JSONSlice?
    var origin: JSONSlice?
    var deletedAt: JSONSlice?
    var actor: JSONSlice?
    var data: Range<Int>?
    /// `data.spaceId`.
    var dataSpace: JSONSlice?
    /// What kind of value `fields` is, if it is there.
    var fieldsKind: JSONKind?
    /// The members of `fields`, if it is an object.
    var fields = FieldSpans()

    /// Forgets everything but the memory of `fields`.
    mutating func removeAll() {
        var fields = FieldSpans()
        swap(&fields, &self.fields)
        fields.removeAll()
        self = ChangeSpans(fields: fields)
    }
}

extension JSONScanner {
    /// Reads the change that comes next, which must be an object, and nothing of it but where things are.
    mutating func readChange(into spans: inout ChangeSpans) throws(JSONScanError) {
        spans.removeAll()
        try enterObject()
        let start = position - 1
        while let name = try nextMember() {
            switch ChangeMember(name, in: bytes) {
            case .table: spans.table = try skipValue()
            case .record: spans.record = try skipValue()
            case .operation: spans.operation = try skipValue()
            case .eventID: spans.eventID = try skipValue()
            case .space: spans.space = try skipValue()
            case .schemaVersion: spans.schemaVersion = try skipValue()
            case .origin: spans.origin = try skipValue()
            case .deletedAt: spans.deletedAt = try skipValue()
            case .actor: spans.actor = try skipValue()
            case .data: try readData(into: &spans)
            case .fields: try readFields(into: &spans)
            case nil: try skipValue()
            }
        }
        spans.whole = start..<position
    }

    private mutating func readData(into spans: inout ChangeSpans) throws(JSONScanError) {
        spans.dataSpace = nil
        guard try peekKind() == .object else {
            spans.data = try skipValue().range
            return
        }
        try enterObject()
        let start = position - 1
        while let name = try nextMember() {
            let value = try skipValue()
            if name.equals("spaceId", in: bytes) { spans.dataSpace = value }
        }
        spans.data = start..<position
    }

    private mutating func readFields(into spans: inout ChangeSpans) throws(JSONScanError) {
        spans.fields.removeAll()
        let kind = try peekKind()
        spans.fieldsKind = kind
        guard kind == .object else {
            try skipValue()
            return
        }
        try enterObject()
        while let name = try nextMember() {
            let field = try readField()
            spans.fields.add(name: name, value: field.value, timestamp: field.timestamp, in: bytes)
        }
    }

    /// Reads what comes next as a field. What is no object has neither value nor timestamp.
    private mutating func readField() throws(JSONScanError) -> (value: JSONSlice?, timestamp: JSONSlice?) {
        guard try peekKind() == .object else {
            try skipValue()
            return (nil, nil)
        }
        var value: JSONSlice?
        var updatedAt: JSONSlice?
        var at: JSONSlice?
        try enterObject()
        while let name = try nextMember() {
            let member = try skipValue()
            if name.equals("value", in: bytes) {
                value = member
            } else if name.equals("updatedAt", in: bytes) {
                updatedAt = member
            } else if name.equals("at", in: bytes) {
                at = member
            }
        }
        return (value, updatedAt?.kind == .null ? at : updatedAt ?? at)
    }
}
