import Kernels
import VAECore

/// Images a block at a time, as floats about a mean, for products in single precision.
///
/// Blocks are cut by counting images, so that products have the same shapes for any number of threads.
struct PixelBlocks {
    private let source: Source
    private let mean: [Float]
    private let storages: [FloatStorage]
    let imagesAtOnce: Int
    private let count: Int
    /// What went wrong in reading images, to be asked for when all blocks are done.
    let failure = FirstError()

    private enum Source {
        case images(ImageSet)
        /// (n, height, width, channels)
        case values([Float])
    }

    init(_ images: ImageSet, _ mean: [Float], workers: Int) throws(OutOfMemory) {
        try self.init(.images(images), images.count, mean, workers)
    }

    /// - Parameter values: (n, mean.count)
    init(_ values: [Float], _ mean: [Float], workers: Int) throws(OutOfMemory) {
        try self.init(.values(values), values.count / mean.count, mean, workers)
    }

    private init(
        _ source: Source, _ count: Int, _ mean: [Float], _ workers: Int
    ) throws(OutOfMemory) {
        self.source = source
        self.count = count
        self.mean = mean
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
        let block = storages[worker].region.prefix(range.count * size)
        failure.catching { () throws(VAEError) in
            switch source {
            case .values(let values):
                Pixels.copy(
                    values.span, range: range.lowerBound * size..<range.upperBound * size, into: block)
            case .images(let images):
                switch try images.values(of: range) {
                case .bytes(let bytes): Pixels.scale(bytes.span, range: 0..<block.count, into: block)
                case .floats(let floats): Pixels.copy(floats.span, range: 0..<block.count, into: block)
                }
            }
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
