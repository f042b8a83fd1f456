import NIOCore

/// A stream of Server-Sent Events whose events, or whose changes, are counted by a text that each of them has once.
struct StreamTalk: ListenerTalk {
    let opening: ByteBuffer
    private let mark: [UInt8]
    private var isOpen = false
    private var matched = 0

    /// Counts events.
    static func events(path: String, device: Device) -> StreamTalk {
        StreamTalk(path: path, device: device, mark: "\ndata: {\"table\":")
    }

    /// Counts changes.
    static func changes(path: String, device: Device) -> StreamTalk {
        StreamTalk(path: path, device: device, mark: "{\"eventId\":")
    }

    /// - Parameter mark: What is counted; its first byte must not occur in it again.
    private init(path: String, device: Device, mark: String) {
        opening = .get(path, as: device)
        self.mark = Array(mark.utf8)
    }

    mutating func receive(_ bytes: inout ByteBuffer) throws -> Heard {
        var heard = Heard()
        if !isOpen {
            guard try bytes.readResponseHead(expecting: 200) else { return heard }
            isOpen = true
            heard.isReady = true
        }
        heard.news = bytes.withUnsafeReadableBytes { count($0) }
        bytes.clear()
        return heard
    }

    /// Goes on where the last bytes ended, since a mark may be cut anywhere.
    private mutating func count(_ bytes: UnsafeRawBufferPointer) -> Int {
        var found = 0
        for byte in bytes {
            if byte == mark[matched] {
                matched += 1
                guard matched == mark.count else { continue }
                found += 1
                matched = 0
            } else {
                matched = byte == mark[0] ? 1 : 0
            }
        }
        return found
    }
}
