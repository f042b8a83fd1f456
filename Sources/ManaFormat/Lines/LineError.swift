import JSONScanner

/// What is wrong with a line. The reader adds which line it is.
struct LineError: Error, Equatable {
    var code = ManaError.Code.invalidArchive
    let message: String

    init(_ message: String, code: ManaError.Code = .invalidArchive) {
        self.message = message
        self.code = code
    }

    init(_ error: JSONScanError) {
        self.init("The line is no JSON: \(error).")
    }
}
