import Kernels
import VAECore

extension ImageSet {
    /// Brings the images at `positions` to `target`, (positions.count, height, width, channels), as floats in [0, 1].
    /// - Throws: what reading them throws, for images that are not in memory.
    func load(_ positions: Range<Int>, into target: FloatRegion) throws(VAEError) {
        if let (values, range) = inMemory(positions) {
            values.load(range, into: target)
            return
        }
        for (index, position) in positions.enumerated() {
            let target = target[index * shape.count..<(index + 1) * shape.count]
            let (values, range) = try image(position)
            values.load(range, into: target)
        }
    }

    /// Brings one image to `target`, black and white.
    /// - Parameter stream: draws the pixels of `stochastic`; `threshold` takes nothing from it
    /// - Throws: what reading it throws, for images that are not in memory.
    func load(
        _ position: Int, binarized method: Binarization, from stream: inout RandomStream,
        into target: FloatRegion
    ) throws(VAEError) {
        let (values, range) = try image(position)
        switch (method, values) {
        case (.threshold, .bytes(let bytes)): Pixels.threshold(bytes.span, range: range, into: target)
        case (.threshold, .floats(let floats)): Pixels.threshold(floats.span, range: range, into: target)
        case (.stochastic, .bytes(let bytes)):
            Pixels.draw(bytes.span, range: range, from: &stream, into: target)
        case (.stochastic, .floats(let floats)):
            Pixels.draw(floats.span, range: range, from: &stream, into: target)
        }
    }

    /// What holds an image, and its place there.
    private func image(_ position: Int) throws(VAEError) -> (PixelValues, Range<Int>) {
        if let found = inMemory(position..<position + 1) { return found }
        return (try values(of: position..<position + 1), 0..<shape.count)
    }
}

extension PixelValues {
    fileprivate func load(_ range: Range<Int>, into target: FloatRegion) {
        switch self {
        case .bytes(let bytes): Pixels.scale(bytes.span, range: range, into: target)
        case .floats(let floats): Pixels.copy(floats.span, range: range, into: target)
        }
    }
}
