extension JSONSlice {
    /// The number's value if it is an integer within `Int`'s range, however it is written: `1`, `1.0`, `10e-1` and `0.1e1` are all one.
    ///
    /// Exact: nothing is rounded on the way.
    ///
    /// - Returns: nil if the slice is no number, the number is no integer, or too large.
    public func integer(in bytes: UnsafeRawBufferPointer) -> Int? {
        kind == .number ? JSONNumber.integer(content(in: bytes)) : nil
    }

    /// The double nearest to the number's value.
    ///
    /// - Returns: nil if the slice is no number, or one beyond the finite doubles.
    public func double(in bytes: UnsafeRawBufferPointer) -> Double? {
        kind == .number ? JSONNumber.double(content(in: bytes)) : nil
    }
}

/// What the texts of valid number tokens stand for.
enum JSONNumber {
    static func double(_ text: UnsafeRawBufferPointer) -> Double? {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    static func integer(_ text: UnsafeRawBufferPointer) -> Int? {
        var digits = Digits()
        var isFraction = false
        for (index, byte) in text.enumerated() {
            switch byte {
            case UInt8(ascii: "-"):
                continue
            case UInt8(ascii: "."):
                isFraction = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                digits.exponent += exponent(UnsafeRawBufferPointer(rebasing: text[(index + 1)...]))
                return digits.value(isNegative: text.first == UInt8(ascii: "-"))
            default:
                guard digits.append(Int(byte) - Int(UInt8(ascii: "0")), isFraction: isFraction) else { return nil }
            }
        }
        return digits.value(isNegative: text.first == UInt8(ascii: "-"))
    }

    /// The exponent's value, held within bounds that no text's length can make up for.
    private static func exponent(_ text: UnsafeRawBufferPointer) -> Int {
        let magnitude = text.reduce(0) { value, byte in
            let digit = Int(byte) - Int(UInt8(ascii: "0"))
            return (0...9).contains(digit) ? min(value * 10 + digit, Int.max / 100) : value
        }
        return text.first == UInt8(ascii: "-") ? -magnitude : magnitude
    }

    /// The digits read so far: `-significand` times ten to the power of `exponent + zeros`, the zeros being held back in case they are
    /// the last.
    private struct Digits {
        /// Negative or zero, since `Int.min` has no positive counterpart.
        var significand = 0
        var zeros = 0
        var exponent = 0

        /// Takes in a digit; false if the number is certain to be no integer, or too large.
        mutating func append(_ digit: Int, isFraction: Bool) -> Bool {
            if isFraction { exponent -= 1 }
            guard digit != 0 else {
                if significand != 0 { zeros += 1 }
                return true
            }
            for _ in 0...zeros where !multiplyByTen() { return false }
            zeros = 0
            let (result, overflow) = significand.subtractingReportingOverflow(digit)
            significand = result
            return !overflow
        }

        func value(isNegative: Bool) -> Int? {
            guard significand != 0 else { return 0 }
            var scaled = self
            guard exponent + zeros >= 0 else { return nil }
            for _ in 0..<exponent + zeros where !scaled.multiplyByTen() { return nil }
            guard !isNegative else { return scaled.significand }
            return scaled.significand == .min ? nil : -scaled.significand
        }

        private mutating func multiplyByTen() -> Bool {
            let (result, overflow) = significand.multipliedReportingOverflow(by: 10)
            significand = result
            return !overflow
        }
    }
}
