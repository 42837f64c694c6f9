import VAECore

/// The draws of z for a set of images, cut into blocks that can be weighed one by one, on any worker.
struct ImportanceDraws {
    let images: ImageSet
    let posterior: Encoding
    /// K: draws for each image.
    let samples: Int
    let seed: UInt64

    /// Draws of a block. Fixed, so that sums have one order; few enough that many workers can share the draws of one image.
    static let blockSize = 256

    var blocksPerImage: Int { (samples + Self.blockSize - 1) / Self.blockSize }
    var blocks: Int { images.count * blocksPerImage }

    /// The weights of the first half of an image's draws, and of the rest.
    struct Sums {
        var first = WeightSum()
        var rest = WeightSum()

        mutating func merge(_ other: Sums) {
            first.merge(other.first)
            rest.merge(other.rest)
        }

        var all: WeightSum {
            var sum = first
            sum.merge(rest)
            return sum
        }
    }
}
