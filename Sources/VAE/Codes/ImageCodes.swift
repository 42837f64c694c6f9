import Kernels
import VAECore

/// The codes of a number of images: the z of a model with a codebook.
public struct ImageCodes: Sendable, Equatable {
    /// Rows and columns of an image's grid of codes; a model without feature maps has one row.
    public let height, width: Int
    /// (images, height, width): numbers of codes, from 0.
    public let numbers: [UInt16]

    /// Codes of each image.
    public var positions: Int { height * width }
    /// Images.
    public var count: Int { numbers.count / positions }

    /// Codes of whole images.
    /// - Precondition: the numbers are those of whole grids.
    public init(height: Int, width: Int, numbers: [UInt16]) {
        precondition(
            height > 0 && width > 0 && numbers.count.isMultiple(of: height * width),
            "\(numbers.count) codes for grids of \(height)×\(width)")
        self.height = height
        self.width = width
        self.numbers = numbers
    }

    /// The use of K codes: see ``CodeUsage``.
    /// - Precondition: every number is less than `size`.
    public func usage(of size: Int) -> CodeUsage {
        var counts = [Int](repeating: 0, count: size)
        for number in numbers { counts[Int(number)] += 1 }
        return CodeUsage(counts: counts)
    }
}

/// The use that some images make of a codebook.
public struct CodeUsage: Sendable, Equatable {
    /// (K): how often each code was the nearest.
    public let counts: [Int]

    init(counts: [Int]) { self.counts = counts }

    /// Codes that were used at all.
    public var used: Int { counts.count { $0 > 0 } }
    /// The share of the codes that were used at all.
    public var share: Double { Double(used) / Double(max(counts.count, 1)) }
    /// exp(H) of the codes' frequencies: as many codes, used alike, would have the same entropy.
    public var perplexity: Double { Elementary.exp(entropy) }

    /// H of the codes' frequencies, in nats.
    public var entropy: Double {
        let total = Double(counts.reduce(0, +))
        return counts.reduce(0.0) {
            $1 == 0 ? $0 : $0 - Double($1) / total * Elementary.log(Double($1) / total)
        }
    }
}
