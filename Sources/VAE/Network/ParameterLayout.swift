/// Where each weight lies in the one flat run of parameters that gradients and moments share.
struct ParameterLayout: Sendable, Hashable {
    /// A named tensor and its place.
    struct Entry: Sendable, Hashable {
        let name: String
        let shape: [Int]
        let range: Range<Int>
        /// Inputs and outputs of a kernel for Glorot's limit; nil for what begins at 0.
        let fans: (Int, Int)?

        static func == (a: Entry, b: Entry) -> Bool {
            a.name == b.name && a.shape == b.shape && a.range == b.range
        }
        func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    /// The kernel and bias of one layer.
    struct Layer: Sendable, Hashable {
        let kernel: Range<Int>
        let bias: Range<Int>
    }

    private(set) var entries: [Entry] = []
    /// Parameters in all.
    private(set) var count = 0

    /// Adds `name.kernel` and `name.bias` behind what is there.
    mutating func append(_ name: String, kernel shape: [Int], bias: Int, fanIn: Int, fanOut: Int) -> Layer {
        let kernel = append("\(name).kernel", shape, fans: (fanIn, fanOut))
        return Layer(kernel: kernel, bias: append("\(name).bias", [bias]))
    }

    /// Adds one tensor behind what is there.
    mutating func append(_ name: String, _ shape: [Int], fans: (Int, Int)? = nil) -> Range<Int> {
        let range = count..<count + shape.reduce(1, *)
        entries.append(Entry(name: name, shape: shape, range: range, fans: fans))
        count = range.upperBound
        return range
    }
}
