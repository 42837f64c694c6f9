/// A computation between values of a network: its sizes, what it needs, and its kernels.
///
/// A layer holds no numbers. It is asked for its sizes when a network is planned, and called once for each micro-batch with
/// the regions that the plan gave it. Encoded, it is what other programs need to compute the same: sizes and settings.
package protocol Layer: Sendable, Encodable {
    /// The name of this sort of layer in names of weights and on the page, such as "convolution".
    static var kind: String { get }
    /// The layer in words, such as "3×3 convolution, stride 2, relu".
    var title: String { get }
    /// One image's output: (height, width, channels), or (units).
    var outputShape: [Int] { get }
    /// The trained tensors, in the order in which they lie in memory.
    var parameters: [Parameter] { get }
    /// The matrix product that each direction asks for, for one image; nil for a layer without one.
    var product: Product? { get }
    /// How the products of one image are computed; nil for a layer without one.
    var arithmetic: (forward: Arithmetic, weightGradient: Arithmetic, inputGradient: Arithmetic)? { get }
    /// The most values of a matrix that the layer makes of one image, beside its parameters.
    var largestMatrix: Int { get }
    /// The values of the forward pass that `backward` reads besides `kept`.
    var backwardReads: BackwardReads { get }

    /// Memory beside input and output.
    /// - Parameters:
    ///   - images: the most that go through together
    ///   - givesInputGradient: false for a layer that reads what needs no gradient
    func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds
    /// The second form that some products want of the first parameter, once for all calls with the same parameters.
    func pack(_ kernel: FloatRegion, into packed: FloatRegion)
    /// The output of the first `count` images, overwritten.
    func forward(_ at: Binding, _ weights: Weights, count: Int)
    /// The gradients of the parameters and of those inputs that need one. Spoils the output's gradient.
    func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass)
}

/// A trained tensor of a layer.
package struct Parameter: Sendable, Hashable {
    /// The last part of its name, such as "kernel".
    package let name: String
    package let shape: [Int]
    package let start: Start

    /// The values before the first step of training.
    package enum Start: Sendable, Hashable {
        case zeros, ones
        /// Uniform up to ±√(6 / (fanIn + fanOut)).
        ///
        /// Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010,
        /// equation 16.
        case glorotUniform(fanIn: Int, fanOut: Int)
        /// N(0, 1).
        case normal
    }

    package init(_ name: String, _ shape: [Int], _ start: Start) {
        self.name = name
        self.shape = shape
        self.start = start
    }

    package var count: Int { shape.reduce(1, *) }
}

/// A matrix product (rows × depth) · (depth × columns). The forward pass, the gradient of the weights and the gradient of the input are
/// one each, of the same three sizes in another order.
package struct Product: Sendable, Hashable {
    /// Positions of the kernel on the image; 1 for a dense layer.
    package let rows: Int
    package let columns: Int
    package let depth: Int

    /// Multiplications and additions.
    package var flop: Int { 2 * rows * columns * depth }
}

/// Floats that a layer needs beside its inputs, its output and their gradients.
package struct LayerNeeds: Sendable, Hashable {
    /// Within a call.
    package var scratch = 0
    /// From the forward pass to the way back.
    package var kept = 0
    /// Floats of the packed form of its parameters.
    package var packed = 0

    package init(scratch: Int = 0, kept: Int = 0, packed: Int = 0) {
        self.scratch = scratch
        self.kept = kept
        self.packed = packed
    }
}

/// The values of the forward pass that a layer reads again on the way back.
package struct BackwardReads: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let inputs = BackwardReads(rawValue: 1)
    package static let output = BackwardReads(rawValue: 2)
}

extension Layer {
    package var kind: String { Self.kind }
    package var parameters: [Parameter] { [] }
    package var product: Product? { nil }
    package var arithmetic: (forward: Arithmetic, weightGradient: Arithmetic, inputGradient: Arithmetic)? {
        nil
    }
    package var largestMatrix: Int { outputShape.reduce(1, *) }
    package func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds { LayerNeeds() }
    package func pack(_ kernel: FloatRegion, into packed: FloatRegion) {}
}
