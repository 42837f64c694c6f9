import Kernels
import VAECore

extension PrincipalComponents {
    /// The images' coordinates along the axes, by `sgemm`. O(n · pixels · components).
    /// - Returns: (n, components), with the images' labels
    /// - Throws: `invalidArgument` when there are no images or they have another shape; `unavailable` without memory enough.
    public func encode(_ images: ImageSet, threads: Int = Machine.physicalCores) throws(VAEError) -> Points {
        guard images.count > 0, images.shape == shape else {
            throw VAEError(
                .invalidArgument, "images", "do not fit the principal components", expected: "\(shape)",
                found: images.count > 0 ? "\(images.shape)" : "no images")
        }
        let pool = try makePool(threads)
        return try encode(images.count, labels: images.labels, pool) { () throws(OutOfMemory) in
            try PixelBlocks(images, mean, workers: pool.count)
        }
    }

    /// The same for images given as values in [0, 1], such as a model's samples.
    ///
    /// - Parameters:
    ///   - values: (n, height, width, channels)
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Throws: `invalidArgument` when they are not a whole number of images; `invalidData` when one is not finite.
    public func encode(
        values: [Float], threads: Int = Machine.physicalCores
    ) throws(VAEError) -> Points {
        let images = try Points(values, size: shape.count, name: "images")
        let pool = try makePool(threads)
        return try encode(images.count, labels: nil, pool) { () throws(OutOfMemory) in
            try PixelBlocks(values, mean, workers: pool.count)
        }
    }

    /// The images that codes stand for: mean + Σ code · axis. Values may lie outside [0, 1]. O(n · pixels · components).
    ///
    /// - Parameters:
    ///   - codes: (n, components)
    ///   - threads: workers; the bits of the result do not depend on it
    /// - Returns: (n, height, width, channels)
    /// - Throws: `invalidArgument` when the codes lie in another space; `unavailable` without memory enough.
    public func decode(_ codes: Points, threads: Int = Machine.physicalCores) throws(VAEError) -> [Float] {
        try codes.requireSameSpace(as: components, "codes")
        let (size, count) = (shape.count, codes.count)
        let pool = try makePool(threads)
        return try allocating { () throws(OutOfMemory) in
            let result = try FloatStorage(count: count * size)
            let loadings = try storage(of: axes)
            let input = try storage(of: codes.coordinates)
            pool.run(parts: (count + Self.imagesAtOnce - 1) / Self.imagesAtOnce) { _, part in
                let range = part * Self.imagesAtOnce..<min((part + 1) * Self.imagesAtOnce, count)
                let target = result.region[range.lowerBound * size..<range.upperBound * size]
                for image in 0..<range.count {
                    target[image * size..<(image + 1) * size].copy(from: mean.span)
                }
                multiply(
                    Matrix(
                        input.region[range.lowerBound * components..<range.upperBound * components],
                        rows: range.count, columns: components),
                    Matrix(loadings.region, rows: components, columns: size),
                    into: Matrix(target, rows: range.count, columns: size), accumulating: true)
            }
            return withExtendedLifetime((loadings, input)) { result.region.array() }
        }
    }

    /// The errors of encoding and decoding the images. Memory for all decoded images.
    /// - Throws: as `encode` and `decode`.
    public func errors(
        on images: ImageSet, threads: Int = Machine.physicalCores
    ) throws(VAEError) -> ReconstructionErrors {
        try ReconstructionErrors(
            of: decode(encode(images, threads: threads), threads: threads), images: images)
    }

    private static let imagesAtOnce = 256

    private func encode(
        _ count: Int, labels: [Int]?, _ pool: WorkerPool,
        _ makeBlocks: () throws(OutOfMemory) -> PixelBlocks
    ) throws(VAEError) -> Points {
        let failure: FirstError
        let codes: [Float]
        (codes, failure) = try allocating { () throws(OutOfMemory) in
            let blocks = try makeBlocks()
            let result = try FloatStorage(count: count * components)
            let loadings = try storage(of: axes)
            pool.run(parts: blocks.parts) { worker, part in
                let (block, range) = blocks.load(part, worker: worker)
                multiply(
                    Matrix(block, rows: range.count, columns: shape.count),
                    Matrix(loadings.region, rows: components, columns: shape.count).transposed,
                    into: Matrix(
                        result.region[range.lowerBound * components..<range.upperBound * components],
                        rows: range.count, columns: components))
            }
            return withExtendedLifetime((blocks, loadings)) { (result.region.array(), blocks.failure) }
        }
        try failure.rethrow()
        return try Points(codes, size: components, labels: labels, name: "principal components")
    }

    private func storage(of values: [Float]) throws(OutOfMemory) -> FloatStorage {
        let storage = try FloatStorage(count: values.count)
        storage.region.copy(from: values.span)
        return storage
    }
}
