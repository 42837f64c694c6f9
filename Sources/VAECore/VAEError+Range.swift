extension VAEError {
    /// A check of a value against its documented range.
    /// - Parameter unit: what follows the range where people read it, such as " pixels"
    /// - Throws: `invalidArgument` when `value` is not within `range`, as NaN never is.
    package static func require<Value: Comparable>(
        _ name: String, _ value: Value, in range: ClosedRange<Value>, unit: String = "", advice: String? = nil
    ) throws(VAEError) {
        try require(
            name, range.contains(value), expected: "\(range.lowerBound) to \(range.upperBound)\(unit)",
            found: "\(value)", advice: advice)
    }

    /// A check of a value against the least that it may be.
    /// - Throws: `invalidArgument` when `value` is less.
    package static func require<Value: Comparable>(
        _ name: String, _ value: Value, in range: PartialRangeFrom<Value>
    ) throws(VAEError) {
        try require(
            name, range.contains(value), expected: "\(range.lowerBound) or more", found: "\(value)")
    }

    /// A check whose range takes words.
    /// - Throws: `invalidArgument` when `isInRange` is false.
    package static func require(
        _ name: String, _ isInRange: Bool, expected: @autoclosure () -> String,
        found: @autoclosure () -> String, advice: String? = nil
    ) throws(VAEError) {
        guard isInRange else {
            throw VAEError(
                .invalidArgument, name, "is out of range", expected: expected(), found: found(),
                advice: advice)
        }
    }
}
