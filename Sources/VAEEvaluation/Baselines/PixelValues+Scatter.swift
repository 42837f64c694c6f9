import Kernels
import VAECore

extension PixelValues {
    /// The scatter of images about their mean, (mean.count, mean.count). O(images · pixels²).
    func scatter(about mean: [Double], _ pool: WorkerPool) -> [Double] {
        switch self {
        case .bytes(let bytes): Scatter.of(pixels: bytes, mean: mean, pool: pool)
        case .floats(let floats): Scatter.of(points: floats, size: mean.count, centres: mean, pool: pool)
        }
    }

    /// The inner products of all pairs of images, each less the mean: (images, images). O(images² · pixels).
    func gram(about mean: [Double], _ pool: WorkerPool) -> [Double] {
        switch self {
        case .bytes(let bytes): Scatter.gram(ofPixels: bytes, mean: mean, pool: pool)
        case .floats(let floats): Scatter.gram(ofPoints: floats, mean: mean, pool: pool)
        }
    }
}
