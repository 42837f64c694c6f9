import Foundation
import VAECore

/// What a data set holds, for people to see before they train on it.
package struct DatasetSummary: Sendable, Codable, Equatable {
    /// One set of images.
    package struct Part: Sendable, Codable, Equatable {
        package let images: Int
        /// Images of each class: the class's name, or its number.
        package let classes: [Class]
        /// Values of 0 to 1 in bins of a tenth: shares of all. Nil for a table.
        package let histogram: [Double]?
        package let mean: Double
        package let standardDeviation: Double
        /// Images that are equal to one before them, to the last bit.
        package let duplicates: Int
    }

    package struct Class: Sendable, Codable, Equatable {
        package let name: String
        package let images: Int
    }

    package let name: String
    package let source: String
    package let height: Int
    package let width: Int
    package let channels: Int
    /// `bytes`, or `float32`.
    package let values: String
    package let train: Part
    /// Nil where there are no test images.
    package let test: Part?
    /// Test images that are training images, too: their loss says nothing of new images.
    package let duplicatesAcross: Int
    /// What was found and is not used, and what was taken for what.
    package let remarks: [String]

    /// Reads all images once.
    /// - Throws: what reading them throws.
    /// - Complexity: O(n); 16 bytes of memory for each image.
    package init(_ data: Dataset) throws(VAEError) {
        name = data.name
        source = data.source
        (height, width, channels) = (
            data.train.shape.height, data.train.shape.width, data.train.shape.channels
        )
        values = data.train.holdsBytes ? "bytes" : "float32"
        remarks = data.remarks
        let isTable = !data.columns.isEmpty
        var seen = Set<[UInt64]>()
        train = try Part(data.train, data.classNames, isTable, isKnown: { !seen.insert($0).inserted })
        let known = seen
        var across = 0
        test = try data.test.map { (set) throws(VAEError) in
            var own = Set<[UInt64]>()
            return try Part(set, data.classNames, isTable) { image in
                if known.contains(image) { across += 1 }
                return !own.insert(image).inserted
            }
        }
        duplicatesAcross = across
    }
}

extension DatasetSummary.Part {
    /// - Parameter isKnown: whether an image of these 128 bits was there before
    fileprivate init(
        _ set: ImageSet, _ classNames: [String], _ isTable: Bool, isKnown: ([UInt64]) -> Bool
    ) throws(VAEError) {
        images = set.count
        var (sum, squares, repeated) = (0.0, 0.0, 0)
        var bins = [Int](repeating: 0, count: 10)
        for image in 0..<set.count {
            let values = try set.values(of: image..<image + 1)
            var hash = SHA256()
            switch values {
            case .bytes(let bytes): hash.update(bytes)
            case .floats(let floats): hash.update(floats: floats)
            }
            let digest = hash.digest().bytes
            if isKnown([digest.number(at: 0, of: UInt64.self), digest.number(at: 8, of: UInt64.self)]) {
                repeated += 1
            }
            for value in values.floats {
                sum += Double(value)
                squares += Double(value) * Double(value)
                bins[min(max(Int((value * 10).clamped), 0), 9)] += 1
            }
        }
        let count = Double(set.count * set.shape.count)
        mean = sum / count
        standardDeviation = max(0, squares / count - (sum / count) * (sum / count)).squareRoot()
        histogram = isTable ? nil : bins.map { Double($0) / count }
        duplicates = repeated
        let numbers = Dictionary(grouping: set.labels ?? [], by: \.self).mapValues(\.count)
        classes = numbers.sorted { $0.key < $1.key }.map { label, count in
            DatasetSummary.Class(
                name: classNames.indices.contains(label) ? classNames[label] : "\(label)", images: count)
        }
    }
}

extension Float {
    /// The number within what an integer holds.
    fileprivate var clamped: Float { isNaN ? 0 : Swift.min(Swift.max(self, -1), 11) }
}
