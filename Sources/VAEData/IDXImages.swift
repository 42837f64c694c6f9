import VAECore

extension IDX {
    /// Images and, where there is a file of them, their labels.
    ///
    /// Images have three dimensions (N × height × width, magic `0x00000803`) or four with the channels last
    /// (N × height × width × channels, `0x00000804`); labels have one (`0x00000801`).
    /// - Throws: what `read` throws; `invalidData` for other dimensions, for more than four channels, or
    ///   if images and labels differ in number.
    public static func readImages(at images: String, labels: String? = nil) throws(VAEError) -> ImageSet {
        let labelInput: InputBytes?
        if let labels { labelInput = try InputBytes(path: labels) } else { labelInput = nil }
        return try readImages(InputBytes(path: images), labels: labelInput)
    }

    static func readImages(_ images: InputBytes, labels: InputBytes?) throws(VAEError) -> ImageSet {
        let array = try read(images)
        let found = try array.imageValues(layout: array.shape.count == 4 ? .nhwc : nil, path: images.path)
        guard found.layout != .nd else {
            throw VAEError(
                .invalidData, images.path, "does not hold images", expected: "three or four dimensions",
                found: "two", advice: "Check that images and labels are not swapped.")
        }
        guard let labels else { return try ImageSet(shape: found.shape, values: found.values) }
        let classes = try read(labels).labels(path: labels.path).values
        guard classes.count == found.count else {
            throw VAEError(
                .invalidData, labels.path, "differs in number from the images of \(images.path)",
                expected: "\(found.count) labels", found: "\(classes.count)",
                advice: "Take images and labels from the same data set.")
        }
        return try ImageSet(shape: found.shape, values: found.values, labels: classes)
    }

    /// The images as an array for an IDX file: N × height × width, × channels unless grey; bytes, or floats that bytes would round.
    package static func images(_ set: ImageSet) throws(VAEError) -> NumericArray {
        let array = try NumericArray(set)
        guard set.shape.channels == 1 else { return array }
        return try NumericArray(shape: Array(array.shape.prefix(3)), values: array.values)
    }

    /// Labels as an array for an IDX file: bytes where all are, else integers of 32 bits.
    /// - Throws: `invalidArgument` if one of them has more bits.
    package static func labels(_ labels: [Int]) throws(VAEError) -> NumericArray {
        if labels.allSatisfy({ (0...255).contains($0) }) {
            return try NumericArray(shape: [labels.count], values: .bytes(labels.map { UInt8($0) }))
        }
        if let other = labels.first(where: { Int32(exactly: $0) == nil }) {
            throw VAEError(
                .invalidArgument, "labels", "can't be written as an IDX file", expected: "32 bits",
                found: "\(other)")
        }
        return try NumericArray(shape: [labels.count], values: .int32(labels.map { Int32($0) }))
    }
}
