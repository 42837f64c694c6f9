/// A convolution with TensorFlow's `same` padding, as its definition reads.
///
/// All arrays are NHWC. Every loop visits one output position, one kernel tap and one pair of channels: slow, obvious and
/// the specification of `Kernels.Convolution2D` and `Kernels.TransposedConvolution2D`.
package struct ReferenceConvolution: Sendable {
    package let height: Int
    package let width: Int
    package let channels: Int
    package let filters: Int
    package let kernelHeight: Int
    package let kernelWidth: Int
    package let stride: Int

    package init(
        height: Int, width: Int, channels: Int, filters: Int, kernelHeight: Int, kernelWidth: Int, stride: Int
    ) {
        self.height = height
        self.width = width
        self.channels = channels
        self.filters = filters
        self.kernelHeight = kernelHeight
        self.kernelWidth = kernelWidth
        self.stride = stride
    }

    package var outputHeight: Int { (height + stride - 1) / stride }
    package var outputWidth: Int { (width + stride - 1) / stride }

    /// Calls `body(image index, output index, kernel tap)` for every output position and every tap of the kernel that
    /// falls on the image; indices are of whole pixels, to be multiplied by the channels.
    @inline(__always)
    private func forEachTap(_ count: Int, _ body: (_ pixel: Int, _ position: Int, _ tap: Int) -> Void) {
        let top = max((outputHeight - 1) * stride + kernelHeight - height, 0) / 2
        let left = max((outputWidth - 1) * stride + kernelWidth - width, 0) / 2
        for image in 0..<count {
            for outputY in 0..<outputHeight {
                for outputX in 0..<outputWidth {
                    for kernelY in 0..<kernelHeight {
                        for kernelX in 0..<kernelWidth {
                            let y = outputY * stride + kernelY - top
                            let x = outputX * stride + kernelX - left
                            if y >= 0 && y < height && x >= 0 && x < width {
                                body(
                                    (image * height + y) * width + x,
                                    (image * outputHeight + outputY) * outputWidth + outputX,
                                    kernelY * kernelWidth + kernelX)
                            }
                        }
                    }
                }
            }
        }
    }

    /// (count, height, width, channels) → (count, outputHeight, outputWidth, filters), without bias.
    /// - Parameter kernel: (kernelHeight, kernelWidth, channels, filters)
    @specialized(where T == Double)
    @specialized(where T == Float)
    package func forward<T: ReferenceScalar>(_ input: [T], kernel: [T], count: Int) -> [T] {
        var output = [T](repeating: 0, count: count * outputHeight * outputWidth * filters)
        forEachTap(count) { pixel, position, tap in
            for channel in 0..<channels {
                for filter in 0..<filters {
                    output[position * filters + filter] +=
                        input[pixel * channels + channel]
                        * kernel[(tap * channels + channel) * filters + filter]
                }
            }
        }
        return output
    }

    /// The transpose of `forward` in its input: from ∂L/∂output to ∂L/∂input. It is also the forward pass of a
    /// transposed convolution, with `kernel` (kernelHeight, kernelWidth, outputs, inputs).
    @specialized(where T == Double)
    @specialized(where T == Float)
    package func transpose<T: ReferenceScalar>(_ gradient: [T], kernel: [T], count: Int) -> [T] {
        var result = [T](repeating: 0, count: count * height * width * channels)
        forEachTap(count) { pixel, position, tap in
            for channel in 0..<channels {
                for filter in 0..<filters {
                    result[pixel * channels + channel] +=
                        gradient[position * filters + filter]
                        * kernel[(tap * channels + channel) * filters + filter]
                }
            }
        }
        return result
    }

    /// ∂L/∂kernel from the large side, `input`, and the small side, `gradient`. For a transposed convolution the
    /// large side is the output's gradient and the small side its input.
    @specialized(where T == Double)
    @specialized(where T == Float)
    package func kernelGradient<T: ReferenceScalar>(_ input: [T], gradient: [T], count: Int) -> [T] {
        var result = [T](repeating: 0, count: kernelHeight * kernelWidth * channels * filters)
        forEachTap(count) { pixel, position, tap in
            for channel in 0..<channels {
                for filter in 0..<filters {
                    result[(tap * channels + channel) * filters + filter] +=
                        input[pixel * channels + channel] * gradient[position * filters + filter]
                }
            }
        }
        return result
    }
}
