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
        let sizes = array.dimensions
        guard sizes.count >= 3 else {
            throw VAEError(
                .invalidData, images.path, "does not hold images",
                expected: "magic 0x00000803 (grey) or 0x00000804 (colour, channels last)",
                found: "0x0000080\(sizes.count)\(sizes.count == 1 ? ", labels" : "")",
                advice: "Check that images and labels are not swapped.")
        }
        let channels = sizes.count == 4 ? sizes[3] : 1
        guard channels <= 4 else {
            throw VAEError(
                .invalidData, images.path, "has too many channels in its last dimension",
                expected: "1 to 4 channels, sizes N, height, width, channels", found: "\(sizes)",
                advice: "Store the channels last.")
        }
        let shape = ImageShape(height: sizes[1], width: sizes[2], channels: channels)
        guard let labels else { return try ImageSet(shape: shape, pixels: array.values) }

        let classes = try read(labels)
        guard classes.dimensions.count == 1 else {
            throw VAEError(
                .invalidData, labels.path, "does not hold labels", expected: "magic 0x00000801",
                found: "0x0000080\(classes.dimensions.count)",
                advice: "Check that images and labels are not swapped.")
        }
        guard classes.values.count == sizes[0] else {
            throw VAEError(
                .invalidData, labels.path, "differs in number from the images of \(images.path)",
                expected: "\(sizes[0]) labels", found: "\(classes.values.count)",
                advice: "Take images and labels from the same data set.")
        }
        return try ImageSet(shape: shape, pixels: array.values, labels: classes.values)
    }

    /// The images as an array for an IDX file: N × height × width, × channels unless grey.
    /// - Throws: `invalidArgument` if there are none.
    package static func images(_ set: ImageSet) throws(VAEError) -> IDXArray {
        let shape = set.shape
        let sizes = [set.count, shape.height, shape.width] + (shape.channels == 1 ? [] : [shape.channels])
        return try IDXArray(dimensions: sizes, values: set.pixels)
    }
}
