/// The sums of pixels, and of products of two of them, over a number of images: exact, in whole numbers.
package struct PixelMoments: Sendable {
    /// Pixels of an image.
    package let size: Int
    /// Images.
    package let count: Int
    /// Σ x, (size).
    package let sums: [Int]
    /// Σ x xᵀ, (size, size) row by row; of each pair the one with the smaller row is filled in.
    package let products: [Int]

    /// - Parameter pixels: (count, size)
    /// - Complexity: O(count · size²) at most: black pixels cost nothing.
    /// - Precondition: `pixels` are a whole number of images.
    package init(_ pixels: Span<UInt8>, size: Int) {
        precondition(
            size > 0 && pixels.count.isMultiple(of: size), "\(pixels.count) pixels of images of \(size)")
        let count = pixels.count / size
        var sums = [Int](repeating: 0, count: size)
        var products = [Int](repeating: 0, count: size * size)
        var block = [UInt32](repeating: 0, count: size * size)
        pixels.withUnsafeBufferPointer { pixels in
            block.withUnsafeMutableBufferPointer { block in
                guard let first = pixels.baseAddress, let target = block.baseAddress else { return }
                for start in stride(from: 0, to: count, by: Self.blockSize) {
                    let images = start..<min(start + Self.blockSize, count)
                    for image in images {
                        Self.add(first + image * size, size, to: target, &sums)
                    }
                    for index in block.indices {
                        products[index] += Int(block[index])
                        block[index] = 0
                    }
                }
            }
        }
        self.size = size
        self.count = count
        self.sums = sums
        self.products = products
    }

    private static func add(
        _ image: UnsafePointer<UInt8>, _ size: Int, to products: UnsafeMutablePointer<UInt32>,
        _ sums: inout [Int]
    ) {
        for row in 0..<size where image[row] != 0 {
            let value = UInt32(image[row])
            sums[row] += Int(value)
            let target = products + row * size
            for column in row..<size { target[column] &+= value &* UInt32(image[column]) }
        }
    }

    /// Images whose products, each at most 255², add up within 32 bits.
    private static let blockSize = 1 << 16
}
