import Kernels
import VAECore

/// Images a block at a time, as floats about a mean, for products in single precision.
///
/// Blocks are cut by counting images, so that products have the same shapes for any number of threads.
struct PixelBlocks {
    private let values: PixelValues
    private let mean: [Float]
    private let storages: [FloatStorage]
    let imagesAtOnce: Int
    private let count: Int

    init(_ images: ImageSet, _ mean: [Float], workers: Int) throws(OutOfMemory) {
        try self.init(images.values, mean, workers)
    }

    /// - Parameter values: (n, mean.count)
    init(_ values: [Float], _ mean: [Float], workers: Int) throws(OutOfMemory) {
        try self.init(.floats(values), mean, workers)
    }

    private init(
        _ values: PixelValues, _ mean: [Float], _ workers: Int
    ) throws(OutOfMemory) {
        self.values = values
        self.mean = mean
        count = values.count / mean.count
        // 4 MiB a block at most, but for images larger than that.
        imagesAtOnce = max(1, min(256, (1 << 20) / mean.count))
        var storages: [FloatStorage] = []
        for _ in 0..<workers { storages.append(try FloatStorage(count: imagesAtOnce * mean.count)) }
        self.storages = storages
    }

    var parts: Int { (count + imagesAtOnce - 1) / imagesAtOnce }

    /// The images of block `part` less the mean, (images, mean.count), where they lie until the worker's next block.
    func load(_ part: Int, worker: Int) -> (block: FloatRegion, images: Range<Int>) {
        let size = mean.count
        let range = part * imagesAtOnce..<min((part + 1) * imagesAtOnce, count)
        let span = range.lowerBound * size..<range.upperBound * size
        let block = storages[worker].region.prefix(span.count)
        switch values {
        case .bytes(let bytes): Pixels.scale(bytes.span, range: span, into: block)
        case .floats(let floats): Pixels.copy(floats.span, range: span, into: block)
        }
        for image in 0..<range.count {
            for pixel in 0..<size { block[image * size + pixel] -= mean[pixel] }
        }
        return (block, range)
    }
}

extension ImageSet {
    /// `limit` of the images at even distances, from the first on; all of them where there are no more.
    func evenlySpaced(_ limit: Int) -> ImageSet {
        guard count > limit else { return self }
        return selecting((0..<limit).map { $0 * count / limit })
    }
}
