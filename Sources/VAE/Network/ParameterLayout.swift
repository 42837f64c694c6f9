import Kernels

/// The layout of the weights in the one flat run of parameters that gradients and moments share.
package struct ParameterLayout: Sendable, Hashable {
    /// A named tensor and where it lies.
    package struct Entry: Sendable, Hashable {
        package let name: String
        package let shape: [Int]
        package let range: Range<Int>
        /// The values before the first step of training.
        package let start: Parameter.Start
    }

    package private(set) var entries: [Entry] = []
    /// Floats in all.
    package private(set) var count = 0
    /// Those of the entries, which are trained and written down.
    package var trainedCount: Int { entries.last?.range.upperBound ?? 0 }

    /// Adds one tensor behind what is there.
    mutating func append(_ parameter: Parameter, under name: String) -> Range<Int> {
        let range = count..<count + parameter.count
        entries.append(
            Entry(
                name: "\(name).\(parameter.name)", shape: parameter.shape, range: range,
                start: parameter.start))
        count = range.upperBound
        return range
    }

    /// Adds room for what is made of the tensors and has a gradient like theirs, but is no tensor itself: behind all of them.
    mutating func append(derived floats: Int) -> Range<Int> {
        count += floats
        return count - floats..<count
    }

    /// The values before the first step: each tensor from a random stream of its own, which its number names.
    func initialize(_ parameters: FloatRegion, seed: UInt64) {
        for (index, entry) in entries.enumerated() {
            let tensor = parameters[entry.range]
            switch entry.start {
            case .zeros: tensor.fill(with: 0)
            case .ones: tensor.fill(with: 1)
            case .glorotUniform(let inputs, let outputs):
                var stream = RandomStream(seed: seed, purpose: .initialWeights, item: index)
                stream.fillUniform(tensor, limit: (6 / Float(inputs + outputs)).squareRoot())
            case .normal:
                var stream = RandomStream(seed: seed, purpose: .initialWeights, item: index)
                stream.fillNormal(tensor)
            }
        }
    }
}
