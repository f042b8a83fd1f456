/// The offset of the first byte that is no part of well-formed UTF-8 (Unicode 15, table 3-7; RFC 3629 section 4), or nil if all are.
///
/// Of an ill-formed or truncated sequence it is the first byte: everything before it is well formed. One pass, no allocation.
public func firstInvalidUTF8Offset(in bytes: UnsafeRawBufferPointer) -> Int? {
    let count = bytes.count
    var position = 0
    while position < count {
        while position &+ 16 <= count, ByteWord(bytes, at: position).isASCII, ByteWord(bytes, at: position &+ 8).isASCII
        {
            position &+= 16
        }
        // A run of up to sixteen characters, so that the words above are tried again after a stretch of other scripts.
        var characters = 0
        while characters < 16, position < count {
            let length = lengthOfUTF8Sequence(in: bytes, at: position)
            guard length > 0 else { return position }
            position &+= length
            characters &+= 1
        }
    }
    return nil
}

/// The length of the well-formed sequence that begins at `position`, or 0 if there is none.
@inline(__always)
private func lengthOfUTF8Sequence(in bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
    let lead = bytes[position]
    if lead < 0x80 { return 1 }
    let available = bytes.count &- position

    @inline(__always)
    func isContinuation(_ index: Int) -> Bool { bytes[position &+ index] & 0xC0 == 0x80 }

    switch lead {
    case 0xC2...0xDF:
        return available >= 2 && isContinuation(1) ? 2 : 0
    case 0xE0...0xEF:
        guard available >= 3, isContinuation(1), isContinuation(2) else { return 0 }
        let second = bytes[position &+ 1]
        // E0 would be overlong below A0; ED would be a surrogate from A0 on.
        return (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) ? 0 : 3
    case 0xF0...0xF4:
        guard available >= 4, isContinuation(1), isContinuation(2), isContinuation(3) else { return 0 }
        let second = bytes[position &+ 1]
        // F0 would be overlong below 90; F4 would be above U+10FFFF from 90 on.
        return (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90) ? 0 : 4
    default:
        return 0
    }
}
