import VAECore

/// Random changes of the training images, drawn anew for each image in each epoch, so that a model sees more than there is.
///
/// An image is mirrored, then turned about its centre, then moved, then made lighter or darker; turning and moving are one resampling.
/// What comes in from beyond the border is the nearest pixel of the border: a photograph goes on as it ended, and digits on black
/// have black around them. Draws are named by seed, epoch and image.
///
///     var training = TrainingConfiguration()
///     training.augmentation = try Augmentation("flip,shift:2,rotate:10,brightness:0.1")
public struct Augmentation: Sendable, Hashable {
    /// Mirrors every other image, at random, left to right.
    public var flip: Bool
    /// Moves an image by up to so many whole pixels left or right, and up or down, each number of them as likely; 0 doesn't. It is less
    /// than the longer side of the images.
    public var shift: Int
    /// Turns an image by an angle from a uniform distribution on ± so many degrees, 0 to 180.
    public var rotation: Double
    /// Multiplies all values of an image by a factor from a uniform distribution on 1 ± so much, 0 to 1; what would be more than 1 is 1.
    ///
    /// That is another exposure of the same scene, for values with a gamma as well, and black stays black.
    public var brightness: Double

    /// Changes of the given sizes; ``validate()`` and ``Trainer`` check the numbers. The default changes nothing.
    ///
    /// - Parameters:
    ///   - flip: whether images are mirrored
    ///   - shift: in pixels
    ///   - rotation: in degrees
    ///   - brightness: as a share of a pixel's value
    public init(flip: Bool = false, shift: Int = 0, rotation: Double = 0, brightness: Double = 0) {
        self.flip = flip
        self.shift = shift
        self.rotation = rotation
        self.brightness = brightness
    }

    /// The least and the most of each number that is not 0.
    static let shifts = 1...1 << 14
    static let rotations = Double.leastNonzeroMagnitude...180
    static let brightnesses = Double.leastNonzeroMagnitude...1

    /// - Throws: `invalidArgument` naming what is out of range, `nan` included.
    public func validate() throws(VAEError) {
        try Self.require(shift == 0 || Self.shifts.contains(shift), .shift, "\(shift)")
        try Self.require(rotation == 0 || Self.rotations.contains(rotation), .rotate, "\(rotation)")
        try Self.require(
            brightness == 0 || Self.brightnesses.contains(brightness), .brightness, "\(brightness)")
    }

    /// - Throws: `invalidArgument` when images of that shape would be moved out of sight.
    func validate(for shape: ImageShape) throws(VAEError) {
        let side = max(shape.height, shape.width)
        guard shift < side else {
            throw VAEError(
                .invalidArgument, Self.subject, "moves images out of sight",
                expected: "a shift below \(side) pixels, the longer side of \(shape)", found: "\(shift)")
        }
    }

    /// The name of the field, for errors.
    static let subject = "augmentation"
}

/// Written with all of its numbers; read with those that are there, the others being 0.
extension Augmentation: Codable {
    private enum CodingKeys: String, CodingKey {
        case flip, shift, rotation, brightness
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        flip = try values.decodeIfPresent(Bool.self, forKey: .flip) ?? false
        shift = try values.decodeIfPresent(Int.self, forKey: .shift) ?? 0
        rotation = try values.decodeIfPresent(Double.self, forKey: .rotation) ?? 0
        brightness = try values.decodeIfPresent(Double.self, forKey: .brightness) ?? 0
    }
}
