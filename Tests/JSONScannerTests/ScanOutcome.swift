import JSONScanner

/// What the scanner says of a whole text, the value skipped at once.
func scanError(_ text: [UInt8], maximumDepth: Int = 512) -> JSONScanError? {
    text.withUnsafeBytes { bytes in
        do throws(JSONScanError) {
            var scanner = try JSONScanner(bytes, maximumDepth: maximumDepth)
            try scanner.skipValue()
            try scanner.finish()
            return nil
        } catch {
            return error
        }
    }
}

func scanError(_ text: String) -> JSONScanError? { scanError(Array(text.utf8)) }

/// What the scanner says of a whole text that is walked by entering every container; `rejoined` gets the values, names and structure
/// without the whitespace.
func walkError(_ text: [UInt8], rejoined: inout [UInt8]) -> JSONScanError? {
    text.withUnsafeBytes { bytes in
        do throws(JSONScanError) {
            var scanner = try JSONScanner(bytes)
            try walk(&scanner, into: &rejoined)
            try scanner.finish()
            return nil
        } catch {
            return error
        }
    }
}

private func walk(_ scanner: inout JSONScanner, into output: inout [UInt8]) throws(JSONScanError) {
    var needsComma = false
    switch try scanner.peekKind() {
    case .object:
        output.append(UInt8(ascii: "{"))
        try scanner.enterObject()
        while let name = try scanner.nextMember() {
            if needsComma { output.append(UInt8(ascii: ",")) }
            needsComma = true
            output += scanner.bytes[name.range]
            output.append(UInt8(ascii: ":"))
            try walk(&scanner, into: &output)
        }
        output.append(UInt8(ascii: "}"))
    case .array:
        output.append(UInt8(ascii: "["))
        try scanner.enterArray()
        while try scanner.nextElement() {
            if needsComma { output.append(UInt8(ascii: ",")) }
            needsComma = true
            try walk(&scanner, into: &output)
        }
        output.append(UInt8(ascii: "]"))
    default:
        output += scanner.bytes[try scanner.skipValue().range]
    }
}

/// The slice of a text that is one value, with the bytes it lies in.
func withSlice<Result>(
    of text: String, _ body: (JSONSlice, UnsafeRawBufferPointer) throws -> Result
) throws -> Result {
    try Array(text.utf8).withUnsafeBytes { bytes in
        var scanner = try JSONScanner(bytes)
        let slice = try scanner.skipValue()
        try scanner.finish()
        return try body(slice, bytes)
    }
}
