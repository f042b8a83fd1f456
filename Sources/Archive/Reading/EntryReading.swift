import NIOCore

/// The entry that is being read: it finds the end of its data, and checks what is stated of them.
struct EntryReading: Sendable {
    private let header: LocalHeader
    private let place: UInt64
    private let threshold: Zip64Threshold
    private let inflater: Inflater?
    private var crc32 = CRC32()
    private var size: UInt64 = 0
    private var compressedSize: UInt64 = 0
    /// Whether all data have been read.
    private(set) var isComplete = false

    /// An entry whose local header was read at `place`.
    init(_ header: LocalHeader, at place: UInt64, threshold: Zip64Threshold) throws(ArchiveError) {
        self.header = header
        self.place = place
        self.threshold = threshold
        switch header.method {
        case .stored: inflater = nil
        case .deflated:
            guard let inflater = Inflater() else {
                throw ArchiveError(.outOfMemory, "The decompressor could not be set up.", at: place)
            }
            self.inflater = inflater
        }
    }

    /// The next piece of content, or nil if the data are complete or need more bytes.
    ///
    /// - Parameter total: The size of all content before this piece, of other entries too.
    mutating func nextContent(
        _ input: inout InputQueue, _ limits: ZipLimits, total: UInt64
    ) throws(ArchiveError) -> ByteBuffer? {
        var content: ByteBuffer?
        if let inflater {
            content = try inflate(&input, with: inflater)
        } else if let end = header.compressedSize {
            content = try input.take(atMost: min(end - compressedSize, UInt64(Self.step))) { (bytes) in
                bytes.readSlice(length: min(bytes.readableBytes, Self.step))
            }
            account(content)
            compressedSize = size
            isComplete = size == end
        } else {
            content = try storedContent(&input)
        }
        guard let content, content.readableBytes > 0 else { return nil }
        try check(limits, total: total + UInt64(content.readableBytes), at: input.offset)
        return content
    }

    /// Inflates until there is content, the data end, or bytes are missing.
    private mutating func inflate(
        _ input: inout InputQueue, with inflater: Inflater
    ) throws(ArchiveError) -> ByteBuffer? {
        var content = ByteBuffer()
        while content.readableBytes == 0, !isComplete {
            let before = input.offset
            let rest = header.compressedSize.map { $0 - compressedSize } ?? .max
            let progress = try input.take(atMost: rest) { (bytes) in
                inflater.step(&bytes, into: &content, room: Self.step)
            }
            let taken = input.offset - before
            compressedSize += taken
            switch progress {
            case .finished: isComplete = true
            case .damaged: throw ArchiveError(.damagedData, "The compressed data of an entry are damaged.", at: before)
            case .outOfMemory: throw ArchiveError(.outOfMemory, "The decompressor got no memory.", at: before)
            case .going:
                guard taken == 0, content.readableBytes == 0 else { continue }
                guard compressedSize == header.compressedSize else { return nil }
                throw ArchiveError(.sizeMismatch, "The compressed data of an entry go on after their end.", at: before)
            }
        }
        account(content)
        return content
    }

    /// Content of unknown size that is not compressed: it ends where a descriptor stands that states just what came before it.
    private mutating func storedContent(_ input: inout InputQueue) throws(ArchiveError) -> ByteBuffer? {
        let scan = StoredEnd(crc32: crc32, size: size, hasZip64: header.hasZip64, threshold: threshold)
        let (content, isAtEnd) = try input.take { (bytes) in scan.take(from: &bytes, atMost: Self.step) }
        account(content)
        compressedSize = size
        isComplete = isAtEnd
        return content
    }

    private mutating func account(_ content: ByteBuffer?) {
        guard let content else { return }
        content.withUnsafeReadableBytes { crc32.update($0) }
        size += UInt64(content.readableBytes)
    }

    private func check(_ limits: ZipLimits, total: UInt64, at offset: UInt64) throws(ArchiveError) {
        guard !header.name.isDirectory else {
            throw ArchiveError(.unsupported, "A directory has content.", at: place)
        }
        guard size <= limits.entrySize else {
            throw ArchiveError(
                .entryTooLarge, "An entry's content is larger than \(limits.entrySize) bytes.", at: offset)
        }
        guard total <= limits.totalSize else {
            throw ArchiveError(.archiveTooLarge, "The content is larger than \(limits.totalSize) bytes.", at: offset)
        }
        guard size <= limits.ratioFreeSize || size / max(1, limits.ratio) <= compressedSize else {
            throw ArchiveError(
                .ratioTooHigh, "An entry's content is more than \(limits.ratio) times as large as its data.", at: offset
            )
        }
    }

    private static let step = 64 << 10
}

extension EntryReading {
    /// Reads the descriptor, if there is one, and compares all that is stated with what was found.
    ///
    /// - Returns: What the central directory must say of the entry; nil if there are too few bytes.
    func finish(_ input: inout InputQueue) throws(ArchiveError) -> CentralHeader? {
        let found = DataDescriptor(crc32: crc32.value, compressedSize: compressedSize, size: size)
        let end = input.offset
        if header.flags.contains(.hasDescriptor) {
            let isWide = header.hasZip64 || found.isWide(threshold)
            guard let stated = try input.take({ DataDescriptor(reading: &$0, isWide: isWide) }) else { return nil }
            try Self.compare(stated, with: found, at: end)
            try Self.compare(
                DataDescriptor(
                    crc32: header.crc32 == 0 ? found.crc32 : header.crc32,
                    compressedSize: header.compressedSize ?? found.compressedSize, size: header.size ?? found.size),
                with: found, at: place)
        } else {
            let stated = DataDescriptor(
                crc32: header.crc32, compressedSize: header.compressedSize ?? 0, size: header.size ?? 0)
            try Self.compare(stated, with: found, at: place)
        }
        return CentralHeader(
            flags: header.flags, method: header.method, modified: header.modified, name: header.name,
            descriptor: found, offset: place)
    }

    private static func compare(
        _ stated: DataDescriptor, with found: DataDescriptor, at offset: UInt64
    ) throws(ArchiveError) {
        guard stated.size == found.size, stated.compressedSize == found.compressedSize else {
            throw ArchiveError(.sizeMismatch, "An entry does not have the size that is stated.", at: offset)
        }
        guard stated.crc32 == found.crc32 else {
            throw ArchiveError(.checksumMismatch, "An entry does not have the CRC-32 that is stated.", at: offset)
        }
    }
}
