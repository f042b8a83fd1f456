@testable import Archive

/// An archive made by hand, of which each field can be made wrong.
struct Forge {
    struct Entry {
        var name: [UInt8]
        var centralName: [UInt8]
        var data: [UInt8]
        var version: UInt16 = 20
        var flags: UInt16 = 0
        var centralFlags: UInt16?
        var method: UInt16 = 0
        var crc32: UInt32
        var compressedSize: UInt32
        var size: UInt32
        var localExtra: [UInt8] = []
        /// What follows the data: a descriptor.
        var trailer: [UInt8] = []
        var centralExtra: [UInt8] = []
        var centralCRC32: UInt32
        var centralCompressedSize: UInt32
        var centralSize: UInt32
        var centralMethod: UInt16?
        var comment: [UInt8] = []
        var disk: UInt16 = 0
        var attributes: UInt32 = 0
        /// How far the directory is from where the entry is.
        var shift = 0
        /// Whether the directory lists it.
        var isListed = true

        /// A stored entry with nothing wrong.
        init(_ name: String = "a", _ content: String = "hello") {
            self.name = Array(name.utf8)
            centralName = self.name
            data = Array(content.utf8)
            var crc = CRC32()
            data.withUnsafeBytes { crc.update($0) }
            (crc32, centralCRC32) = (crc.value, crc.value)
            let count = UInt32(data.count)
            (compressedSize, size, centralCompressedSize, centralSize) = (count, count, count, count)
        }
    }

    var entries = [Entry()]
    var prefix: [UInt8] = []
    /// What stands before the directory.
    var gap: [UInt8] = []
    /// What stands between the directory's headers and its end.
    var directoryTail: [UInt8] = []
    var comment: [UInt8] = []
    var suffix: [UInt8] = []
    var count: UInt16?
    var directorySize: UInt32?
    var directoryOffset: UInt32?
    var disk: UInt16 = 0

    /// A forge with one entry that `change` makes wrong.
    static func entry(_ name: String = "a", _ change: (inout Entry) -> Void = { _ in }) -> Forge {
        var forge = Forge()
        forge.entries = [Entry(name)]
        change(&forge.entries[0])
        return forge
    }

    /// A forge with something wrong around its entry.
    static func archive(_ change: (inout Forge) -> Void) -> Forge {
        var forge = Forge()
        change(&forge)
        return forge
    }

    var bytes: [UInt8] {
        var output = prefix
        var directory: [UInt8] = []
        var listed: UInt16 = 0
        for entry in entries {
            if entry.isListed {
                directory += entry.central(at: UInt32(output.count + entry.shift))
                listed += 1
            }
            output += entry.local + entry.data + entry.trailer
        }
        output += gap
        let start = UInt32(output.count)
        output += directory + directoryTail
        output +=
            little(Signature.end) + little(disk) + little(disk) + little(count ?? listed) + little(count ?? listed)
        output += little(directorySize ?? UInt32(directory.count)) + little(directoryOffset ?? start)
        return output + little(UInt16(comment.count)) + comment + suffix
    }
}

extension Forge.Entry {
    fileprivate var local: [UInt8] {
        little(Signature.localHeader) + little(version) + little(flags) + little(method) + little(0 as UInt32)
            + little(crc32) + little(compressedSize) + little(size) + little(UInt16(name.count))
            + little(UInt16(localExtra.count)) + name + localExtra
    }

    fileprivate func central(at offset: UInt32) -> [UInt8] {
        let head =
            little(Signature.centralHeader) + little(version) + little(version) + little(centralFlags ?? flags)
            + little(centralMethod ?? method) + little(0 as UInt32)
        let sizes = little(centralCRC32) + little(centralCompressedSize) + little(centralSize)
        let lengths =
            little(UInt16(centralName.count)) + little(UInt16(centralExtra.count)) + little(UInt16(comment.count))
        return head + sizes + lengths + little(disk) + little(0 as UInt16) + little(attributes) + little(offset)
            + centralName + centralExtra + comment
    }
}

/// The bytes of an integer, the lowest first.
func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
