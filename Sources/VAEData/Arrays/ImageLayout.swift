import VAECore

/// The order of the dimensions in an array of images: n images, h rows, w columns, c channels.
public enum ImageLayout: String, Sendable, Hashable, Codable, CaseIterable {
    /// (n, h, w): grey images
    case nhw
    /// (n, h, w, c): channels last, as in TensorFlow
    case nhwc
    /// (n, c, h, w): channels first, as in PyTorch
    case nchw
    /// (n, d): one row of values for each image
    case nd

    /// The number of dimensions.
    public var dimensions: Int { rawValue.count }

    /// Channels of an image.
    private static let channels = 1...4

    /// The layout that sizes alone tell.
    /// - Throws: `invalidData` when there is none, or when first and last could be the channels.
    init(of shape: [Int], path: String) throws(VAEError) {
        switch shape.count {
        case 2: self = .nd
        case 3: self = .nhw
        case 4:
            let isLast = Self.channels.contains(shape[3])
            // Pictures four pixels high with channels last are taken for what they are: 4 is rare as a number of first channels.
            let isFirst = isLast ? [1, 3].contains(shape[1]) : [1, 3, 4].contains(shape[1])
            guard !(isFirst && isLast) || shape[1...] == [1, 1, 1] else {
                throw VAEError(
                    .invalidData, path, "could have its channels first or last", expected: "a layout",
                    found: "\(shape)", advice: "Say nchw for channels first, or nhwc for channels last.")
            }
            guard isFirst || isLast else {
                throw VAEError(
                    .invalidData, path, "has no dimension that can be the channels",
                    expected: "1 to 4 channels: (n, height, width, channels) or (n, channels, height, width)",
                    found: "\(shape)", advice: "Save the images with 1 to 4 channels, or say the layout.")
            }
            self = isLast ? .nhwc : .nchw
        default:
            throw VAEError(
                .invalidData, path, "does not hold images",
                expected: "an array of 2 to 4 dimensions: (n, height, width, channels)", found: "\(shape)",
                advice: "Reshape it to (n, height, width) or (n, height, width, channels).")
        }
    }

    /// Height, width and channels of the images in an array of `shape`; rows of values are one pixel high.
    /// - Throws: `invalidData` when the shape has another number of dimensions, no images, or not 1 to 4 channels.
    func imageShape(_ shape: [Int], path: String) throws(VAEError) -> ImageShape {
        guard shape.count == dimensions else {
            throw VAEError(
                .invalidData, path, "does not have the layout \(rawValue)",
                expected: "\(dimensions) dimensions", found: "\(shape)",
                advice: "Say another layout, or reshape the array.")
        }
        guard !shape.contains(0) else {
            throw VAEError(.invalidData, path, "holds no images", found: "an array of shape \(shape)")
        }
        let found =
            switch self {
            case .nhw: ImageShape(height: shape[1], width: shape[2])
            case .nhwc: ImageShape(height: shape[1], width: shape[2], channels: shape[3])
            case .nchw: ImageShape(height: shape[2], width: shape[3], channels: shape[1])
            case .nd: ImageShape(height: 1, width: shape[1])
            }
        guard Self.channels.contains(found.channels) else {
            throw VAEError(
                .invalidData, path,
                "has too many channels in its \(self == .nhwc ? "last" : "second") dimension",
                expected: "1 to 4", found: "\(shape)",
                advice: self == .nhwc ? "Store the channels last." : "Store the channels behind the images.")
        }
        return found
    }
}
