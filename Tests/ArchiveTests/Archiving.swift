import NIOCore

@testable import Archive

/// 2024-02-29 12:34:56 UTC.
let sampleTime = DOSTime(unixSeconds: 1_709_210_096)

/// The archive of `files`, whose contents are written in pieces whose lengths `pieceLength` gives.
func archive(
    _ files: [File], threshold: Zip64Threshold = Zip64Threshold(), pieceLength: () -> Int = { .max }
) throws -> [UInt8] {
    var writer = ZipWriter(threshold: threshold)
    var output = ByteBuffer()
    for file in files {
        try writer.beginEntry(file.name, modified: sampleTime, compression: file.compression, into: &output)
        for piece in pieces(of: file.content, length: pieceLength) {
            try writer.write(ByteBuffer(bytes: piece), into: &output)
        }
        try writer.endEntry(into: &output)
    }
    try writer.finish(into: &output)
    return Array(output.readableBytesView)
}

/// What a reader makes of `bytes` that come in pieces whose lengths `pieceLength` gives.
func files(
    in bytes: [UInt8], limits: ZipLimits = ZipLimits(), threshold: Zip64Threshold = Zip64Threshold(),
    pieceLength: () -> Int = { .max }
) throws(ArchiveError) -> [File] {
    var reader = ZipReader(limits: limits, threshold: threshold)
    var files: [File] = []
    for piece in pieces(of: bytes, length: pieceLength) {
        reader.append(ByteBuffer(bytes: piece))
        while let event = try reader.next() {
            switch event {
            case .entry(let entry): files.append(File(entry.name, ""))
            case .content(let content): files[files.count - 1].content += content.readableBytesView
            case .endOfEntry, .endOfArchive: break
            }
        }
    }
    try reader.endOfInput()
    return files
}

/// Why a reader refuses `bytes`; nil if it does not.
func refusal(
    of bytes: [UInt8], limits: ZipLimits = ZipLimits(), threshold: Zip64Threshold = Zip64Threshold()
) -> ArchiveError? {
    do throws(ArchiveError) {
        _ = try files(in: bytes, limits: limits, threshold: threshold)
        return nil
    } catch {
        return error
    }
}

private func pieces(of bytes: [UInt8], length: () -> Int) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        let piece = rest.prefix(length())
        pieces.append(piece)
        rest = rest.dropFirst(piece.count)
    }
    return pieces
}
