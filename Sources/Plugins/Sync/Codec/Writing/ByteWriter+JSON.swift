import JSONScanner
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension ByteWriter {
    /// Writes a string of well-formed UTF-8 as a JSON string token.
    mutating func writeString(_ utf8: UnsafeRawBufferPointer) {
        JSONStringToken.forEachPiece(of: utf8) { write($0) }
    }

    /// Writes a number that is not negative.
    mutating func write(decimal number: Int) {
        if number > 9 { write(decimal: number / 10) }
        write(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
    }
}

extension JSONStringToken {
    /// How many bytes a string's token has.
    static func length(of text: String) -> Int {
        var (text, count) = (text, 0)
        text.withUTF8 { utf8 in
            JSONStringToken.forEachPiece(of: UnsafeRawBufferPointer(utf8)) { count += $0.count }
        }
        return count
    }

    /// The most bytes that a string's token can have: six for each byte, and the quotes.
    static func longest(_ utf8: UnsafeRawBufferPointer?) -> Int {
        utf8.map { 6 * $0.count + 2 } ?? 0
    }
}

extension ByteBuffer {
    /// Makes one line of all JSON from `index` on: within strings JSON has no line breaks, and those between tokens, which are no part of
    /// a payload, become spaces.
    mutating func joinLines(from index: Int) {
        let start = index - readerIndex
        withUnsafeMutableReadableBytes { bytes in
            let json = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            json.replaceAll(UInt8(ascii: "\n"), with: UInt8(ascii: " "))
            json.replaceAll(UInt8(ascii: "\r"), with: UInt8(ascii: " "))
        }
    }

    /// Appends a string as a JSON string token.
    mutating func writeToken(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            JSONStringToken.forEachPiece(of: UnsafeRawBufferPointer(utf8)) { _ = writeBytes($0) }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func replaceAll(_ byte: UInt8, with replacement: UInt8) {
        guard var place = baseAddress else { return }
        let end = place + count
        while place < end, let found = memchr(place, Int32(byte), end - place) {
            found.storeBytes(of: replacement, as: UInt8.self)
            place = found + 1
        }
    }
}
