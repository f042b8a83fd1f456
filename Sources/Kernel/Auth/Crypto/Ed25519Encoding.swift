/// What can be wrong with 32 bytes as an Ed25519 public key before any curve arithmetic (RFC 8032 section 5.1.3).
///
/// OpenSSL takes every one of these; under a key of small order one signature can fit many messages.
enum Ed25519Encoding {
    /// Why a key is refused.
    enum Defect: Error, Hashable, Sendable {
        /// Not 32 bytes.
        case length
        /// The y coordinate is not below 2^255 - 19, so that the same point has another encoding.
        case nonCanonical
        /// The point's order divides 8.
        case smallOrder
    }

    /// The bytes of a key whose encoding is sound, checked.
    static func check(_ bytes: [UInt8]) throws(Defect) {
        guard bytes.count == 32 else { throw .length }
        var y = bytes
        y[31] &= 0x7F
        guard y.reversed().lexicographicallyPrecedes(prime.reversed()) else { throw .nonCanonical }
        // The sign bit is left out of the comparison: of 0 and of the order-8 values both signs are points of small order,
        // and 1 and -1 with the sign set are non-canonical encodings of the same points.
        guard !smallOrder.contains(y) else { throw .smallOrder }
    }

    /// 2^255 - 19, little-endian.
    private static let prime: [UInt8] = [0xED] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]

    /// The y coordinates of all points whose order divides 8, little-endian.
    private static let smallOrder: Set<[UInt8]> = [
        // Order 4.
        [UInt8](repeating: 0, count: 32),
        // Order 1.
        [1] + [UInt8](repeating: 0, count: 31),
        // Order 2: -1.
        [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F],
        // Order 8, and its negative.
        [
            0x26, 0xE8, 0x95, 0x8F, 0xC2, 0xB2, 0x27, 0xB0, 0x45, 0xC3, 0xF4, 0x89, 0xF2, 0xEF, 0x98, 0xF0,
            0xD5, 0xDF, 0xAC, 0x05, 0xD3, 0xC6, 0x33, 0x39, 0xB1, 0x38, 0x02, 0x88, 0x6D, 0x53, 0xFC, 0x05,
        ],
        [
            0xC7, 0x17, 0x6A, 0x70, 0x3D, 0x4D, 0xD8, 0x4F, 0xBA, 0x3C, 0x0B, 0x76, 0x0D, 0x10, 0x67, 0x0F,
            0x2A, 0x20, 0x53, 0xFA, 0x2C, 0x39, 0xCC, 0xC6, 0x4E, 0xC7, 0xFD, 0x77, 0x92, 0xAC, 0x03, 0x7A,
        ],
    ]
}
