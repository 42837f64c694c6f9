import VAECore

/// The codebook of a vector-quantised autoencoder: z is a grid of numbers of codes, in place of a Gaussian vector.
///
/// The encoder gives a vector of ``dimension`` numbers for each position, the decoder gets the nearest of ``size`` codes for it. Codes are running
/// means of the vectors that they are the nearest of, and those that hardly any vector uses begin again at vectors of a batch.
///
/// Source: van den Oord, Vinyals and Kavukcuoglu, "Neural Discrete Representation Learning", 2017, appendix A.1; Dhariwal et al., "Jukebox: A
/// Generative Model for Music", 2020, section 3.1, for codes that begin again.
public struct Codebook: Sendable, Hashable {
    /// K, the number of codes, 2 to 65,536.
    public var size: Int
    /// D, the numbers of a code.
    public var dimension: Int
    /// γ, the share of a running mean that a step leaves as it is.
    public var decay: Double
    /// β, the weight of ‖z_e − z_q‖² in the loss, which keeps the encoder near the codes.
    public var commitment: Double
    /// The share of the mean use of all codes below which a code begins again at a vector of the batch; 0 for never. Unless it is 0 all codes begin
    /// so after the first step.
    public var restart: Double

    /// A codebook; ``ModelConfiguration/validate()`` checks its numbers.
    public init(
        size: Int = 128, dimension: Int = 32, decay: Double = 0.99, commitment: Double = 0.25,
        restart: Double = 0.05
    ) {
        self.size = size
        self.dimension = dimension
        self.decay = decay
        self.commitment = commitment
        self.restart = restart
    }

    /// - Throws: `invalidArgument` naming the field, its range and its value.
    func validate() throws(VAEError) {
        try VAEError.require("codes", size, in: 2...Self.mostCodes)
        try VAEError.require("code size", dimension, in: 1...1 << 12)
        try VAEError.require(
            "code decay", decay >= 0 && decay < 1, expected: "0 or more and below 1", found: "\(decay)")
        try VAEError.require(
            "commitment", commitment >= 0 && Float(commitment).isFinite,
            expected: "a finite number in single precision, 0 or more", found: "\(commitment)")
        try VAEError.require(
            "code restart", restart >= 0 && restart < 1, expected: "0 or more and below 1",
            found: "\(restart)")
    }

    /// Numbers of codes are kept in 16 bits by who writes them down.
    package static let mostCodes = 1 << 16
}

/// The JSON form: what has its default is left out, but for size and dimension.
extension Codebook: Codable {
    private enum CodingKeys: String, CodingKey { case size, dimension, decay, commitment, restart }

    /// - Throws: `DecodingError` when a number is of another type.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let standard = Codebook()
        self.init(
            size: try values.decodeIfPresent(Int.self, forKey: .size) ?? standard.size,
            dimension: try values.decodeIfPresent(Int.self, forKey: .dimension) ?? standard.dimension,
            decay: try values.decodeIfPresent(Double.self, forKey: .decay) ?? standard.decay,
            commitment: try values.decodeIfPresent(Double.self, forKey: .commitment) ?? standard.commitment,
            restart: try values.decodeIfPresent(Double.self, forKey: .restart) ?? standard.restart)
    }

    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        let standard = Codebook()
        try values.encode(size, forKey: .size)
        try values.encode(dimension, forKey: .dimension)
        if decay != standard.decay { try values.encode(decay, forKey: .decay) }
        if commitment != standard.commitment { try values.encode(commitment, forKey: .commitment) }
        if restart != standard.restart { try values.encode(restart, forKey: .restart) }
    }
}
