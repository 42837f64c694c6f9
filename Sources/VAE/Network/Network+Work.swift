import Kernels
import VAECore

/// A layer's kernels, with its sizes.
package enum LayerKernels: Sendable {
    case convolution(Convolution2D)
    case dense(Dense)
    case transposedConvolution(TransposedConvolution2D)
}

/// The arithmetic that one layer asks for, for one image.
///
/// Forward, the gradient of the weights and the gradient of the input are one matrix product each, of the same three sizes in
/// another order: (rows × depth) · (depth × columns), 2 · rows · columns · depth operations.
package struct LayerWork: Sendable {
    /// The layer's name, as its weights have it: "encoder.convolution.0".
    package let name: String
    /// Places of the kernel on the image; 1 for a dense layer.
    package let rows: Int
    package let columns: Int
    package let depth: Int
    /// What computes it.
    package let kernels: LayerKernels
    /// Whether training needs the gradient of the layer's input: of every layer but the first.
    package let hasInputGradient: Bool

    /// Operations of one product.
    package var productFlop: Int { 2 * rows * columns * depth }
    /// Operations of the forward pass and the products of the way back.
    package var trainingFlop: Int { (hasInputGradient ? 3 : 2) * productFlop }
}

extension ModelConfiguration {
    /// The matrix products of the model's layers, in the order of the forward pass.
    ///
    /// This is the work that the model is, however a kernel does it: activations, the objective, lowering and
    /// the optimiser are not counted, and a kernel that multiplied more than it had to would gain nothing by it.
    /// - Throws: `invalidArgument` when the configuration is not valid.
    package func work(products: Products = .tiles) throws(VAEError) -> [LayerWork] {
        try Network(self, products: products).work
    }

    /// Floating-point operations to train on one image.
    /// - Throws: `invalidArgument` when the configuration is not valid.
    package func trainingFlop() throws(VAEError) -> Int {
        try work().reduce(0) { $0 + $1.trainingFlop }
    }
}

extension Network {
    var work: [LayerWork] {
        // The image is the input of the first layer, or of both heads, and nobody asks for its gradient.
        let first = convolutions.first?.weights ?? encoderDense.first?.weights
        func entry(
            _ weights: ParameterLayout.Layer, _ kernels: LayerKernels, rows: Int, columns: Int, depth: Int,
            readsImage: Bool
        ) -> LayerWork {
            let kernel = layout.entries.first { $0.range == weights.kernel }?.name ?? ""
            return LayerWork(
                name: String(kernel.dropLast(".kernel".count)), rows: rows, columns: columns, depth: depth,
                kernels: kernels, hasInputGradient: !readsImage)
        }
        func dense(_ layer: Placed<Dense>, readsImage: Bool = false) -> LayerWork {
            entry(
                layer.weights, .dense(layer.layer), rows: 1, columns: layer.layer.outputs,
                depth: layer.layer.inputs, readsImage: readsImage)
        }
        let down = convolutions.map {
            entry(
                $0.weights, .convolution($0.layer), rows: $0.layer.geometry.places,
                columns: $0.layer.filters, depth: $0.layer.geometry.patch, readsImage: $0.weights == first)
        }
        let hidden = encoderDense.map { dense($0, readsImage: $0.weights == first) }
        let heads = [mean, logVariance].map { dense($0, readsImage: first == nil) }
        let up = transposed.map {
            entry(
                $0.weights, .transposedConvolution($0.layer), rows: $0.layer.geometry.places,
                columns: $0.layer.geometry.patch, depth: $0.layer.inputs, readsImage: false)
        }
        return down + hidden + heads + decoderDense.map { dense($0) } + up
    }
}
