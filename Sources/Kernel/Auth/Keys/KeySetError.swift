public import JSONScanner

/// Why a document is no usable JWK set as a whole. The description is safe to log.
public enum KeySetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It has over 256 KiB.
    case tooLarge
    /// It is no JSON, or an object in it has duplicate members.
    case notJSON(JSONScanError)
    /// It is no object with a list `keys`.
    case noKeys
    /// It has over 64 keys.
    case tooManyKeys

    /// What is wrong, with nothing of the document.
    public var description: String {
        switch self {
        case .tooLarge: "the key set has over \(KeySet.maximumByteCount) bytes"
        case .notJSON(let error): "the key set is not valid JSON: \(error)"
        case .noKeys: "the key set is not an object with a list of keys"
        case .tooManyKeys: "the key set has over \(KeySet.maximumKeyCount) keys"
        }
    }
}
