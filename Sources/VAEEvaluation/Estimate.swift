/// A mean over images, and how far it may be from the mean over all images there could be.
public struct Estimate: Sendable, Hashable, Codable {
    /// The mean of all values.
    public let mean: Double
    /// s / √n, with s the standard deviation of the n values (n − 1 degrees of freedom); infinite for a single value.
    public let standardError: Double

    /// A mean and its standard error.
    public init(mean: Double, standardError: Double) {
        self.mean = mean
        self.standardError = standardError
    }

    /// Two passes in Double: O(n).
    /// - Precondition: `values` is not empty.
    public init(of values: some Collection<Double>) {
        precondition(!values.isEmpty, "an estimate of no values")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.mean = mean
        standardError = count > 1 ? (squares / (count - 1) / count).squareRoot() : .infinity
    }

    /// nil for a single value, which has no spread.
    package var finiteError: Double? { standardError.isFinite ? standardError : nil }
}

extension Estimate {
    private enum CodingKeys: String, CodingKey {
        case mean, standardError
    }

    /// A standard error that is left out is infinite: JSON has no such number.
    /// - Throws: `DecodingError` when a field is missing or has another type.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        mean = try values.decode(Double.self, forKey: .mean)
        standardError = try values.decodeIfPresent(Double.self, forKey: .standardError) ?? .infinity
    }

    /// Leaves out a standard error that is infinite.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(mean, forKey: .mean)
        if standardError.isFinite { try values.encode(standardError, forKey: .standardError) }
    }
}
