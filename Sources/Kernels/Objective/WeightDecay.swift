/// Weight decay apart from the gradient, which makes AdamW of Adam: w ← w − ηλw before Adam's own step, with η the learning rate as the
/// schedule has it.
///
/// As an addition to the loss, ½λ‖w‖², it would be divided by Adam's root like any gradient, and shrink weights with large gradients least.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2, in the form of PyTorch's `AdamW`.
package enum WeightDecay {
    /// - Parameter rate: ηλ. Taken off as a product of its own: 1 − ηλ would lose most of its digits.
    package static func apply(_ parameters: FloatRegion, rate: Float) {
        for index in 0..<parameters.count { parameters.base[index] -= rate * parameters.base[index] }
    }
}
