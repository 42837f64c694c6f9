/// Sizes that do not make a convolution.
package struct GeometryError: Error, Equatable, CustomStringConvertible {
    package let description: String
}

/// The geometry of a convolution, which says where its kernel lies on the image: sizes, strides and padding, checked once.
///
/// The image is the large side (a convolution's input, a transposed convolution's output), the grid the
/// small side. Padding is TensorFlow's `same`: the grid has ⌈size / stride⌉ positions along each axis, and of
/// the padding needed the smaller half comes first.
package struct ConvolutionGeometry: Sendable, Hashable, Encodable {
    package let height: Int
    package let width: Int
    package let channels: Int
    package let kernelHeight: Int
    package let kernelWidth: Int
    package let stride: Int
    /// Positions of the kernel along each axis.
    package let gridHeight: Int
    package let gridWidth: Int
    package let paddingTop: Int
    package let paddingLeft: Int

    /// - Throws: `GeometryError` when a size is not positive.
    package init(
        height: Int, width: Int, channels: Int, kernelHeight: Int, kernelWidth: Int, stride: Int
    ) throws(GeometryError) {
        for (name, size) in [
            ("height", height), ("width", width), ("channels", channels), ("kernel height", kernelHeight),
            ("kernel width", kernelWidth), ("stride", stride),
        ] where size < 1 {
            throw GeometryError(description: "a convolution needs a positive \(name), not \(size)")
        }
        self.height = height
        self.width = width
        self.channels = channels
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
        gridHeight = (height + stride - 1) / stride
        gridWidth = (width + stride - 1) / stride
        paddingTop = max((gridHeight - 1) * stride + kernelHeight - height, 0) / 2
        paddingLeft = max((gridWidth - 1) * stride + kernelWidth - width, 0) / 2
    }

    /// Positions of the kernel on one image: rows of its lowered matrix.
    package var positions: Int { gridHeight * gridWidth }
    /// Values under the kernel: columns of the lowered matrix.
    package var patch: Int { kernelHeight * kernelWidth * channels }
    /// Values of one image.
    package var imageCount: Int { height * width * channels }
    /// Values of one image's lowered matrix.
    package var loweredCount: Int { positions * patch }

    /// Images whose lowered matrix is made at once: as many as stay in a core's second-level cache
    /// between the copy and the product that reads it, and at least one.
    package func imagesPerBlock(of images: Int) -> Int {
        min(images, max(1, Self.blockFloats / loweredCount))
    }

    /// Half a megabyte: half of the second-level cache of the processors this was measured on.
    private static let blockFloats = 128 << 10

    /// Kernel and stride in words: "3×3 convolution, stride 2".
    func title(_ kind: String) -> String {
        "\(kernelHeight)×\(kernelWidth) \(kind)\(stride == 1 ? "" : ", stride \(stride)")"
    }
}
