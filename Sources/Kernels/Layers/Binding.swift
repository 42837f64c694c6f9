/// The regions that a planned layer works on in one workspace, cut once when the workspace is made.
package struct Binding: Sendable {
    /// Images that there is room for.
    package let capacity: Int
    /// Rows of the output for each row of what the encoder gives: draws of z of each image.
    package let draws: Int
    /// Rows from one draw of an image to the next, where they are more than the images at work; nil where they are those.
    package let spacing: Int?
    package let inputs: [FloatRegion]
    package let output: FloatRegion
    /// One for each input; nil for one whose gradient nobody needs.
    package let inputGradients: [FloatRegion?]
    /// Whether an input's gradient has a share of another layer already, to be added to.
    package let addsToInputGradient: [Bool]
    package let outputGradient: FloatRegion
    /// Changes where threads share images: each has scratch of its own.
    package var scratch: FloatRegion
    package let kept: FloatRegion
    /// The ranges of the layer's tensors among all parameters, and in a gradient of all.
    package let parameters: [Range<Int>]
    /// The range of the first tensor's packed form among all packed parameters.
    package let packed: Range<Int>

    package init(
        capacity: Int, draws: Int = 1, spacing: Int? = nil, inputs: [FloatRegion], output: FloatRegion,
        inputGradients: [FloatRegion?],
        addsToInputGradient: [Bool], outputGradient: FloatRegion, scratch: FloatRegion, kept: FloatRegion,
        parameters: [Range<Int>], packed: Range<Int>
    ) {
        self.capacity = capacity
        self.draws = draws
        self.spacing = spacing
        self.inputs = inputs
        self.output = output
        self.inputGradients = inputGradients
        self.addsToInputGradient = addsToInputGradient
        self.outputGradient = outputGradient
        self.scratch = scratch
        self.kept = kept
        self.parameters = parameters
        self.packed = packed
    }
}

extension Binding {
    /// Some of so many rows.
    package struct Rows: Sendable {
        package let range: Range<Int>
        let count: Int

        package init(_ range: Range<Int>, of count: Int) {
            precondition(range.upperBound <= count, "rows \(range) of \(count)")
            (self.range, self.count) = (range, count)
        }

        package func callAsFunction(_ region: FloatRegion) -> FloatRegion { region.rows(range, of: count) }
    }

    /// The same for some rows.
    /// - Parameters:
    ///   - rows: of the output
    ///   - inputRows: of each input
    ///   - spacing: rows from one of several draws of an image to the next
    package func slice(_ rows: Rows, inputs inputRows: [Rows], draws: Int = 1, spacing: Int? = nil) -> Binding
    {
        Binding(
            capacity: rows.range.count, draws: draws, spacing: spacing,
            inputs: zip(inputs, inputRows).map { $1($0) }, output: rows(output),
            inputGradients: zip(inputGradients, inputRows).map { gradient, rows in gradient.map { rows($0) }
            },
            addsToInputGradient: addsToInputGradient, outputGradient: rows(outputGradient), scratch: scratch,
            kept: rows(kept), parameters: parameters, packed: packed)
    }
}

/// A network's parameters, and the second form in which tiles want some of them.
package struct Weights: Sendable {
    package let parameters: FloatRegion
    /// Made of the parameters by the layers' `pack`, after each of their changes.
    package let packed: FloatRegion

    package init(parameters: FloatRegion, packed: FloatRegion) {
        self.parameters = parameters
        self.packed = packed
    }
}

/// One micro-batch on its way back.
package struct BackwardPass: Sendable {
    /// Images, or behind the latent space draws of all of them.
    package var count: Int
    /// In the layout of the parameters.
    package let gradients: FloatRegion
    /// Adds to `gradients` instead of overwriting them.
    package let accumulating: Bool
    /// The factor of each image's KL divergence in the loss: β over the images of a batch.
    package let klScale: Float
    /// What that is a factor of.
    package let penalty: DivergencePenalty
    /// How draws go back where there is no closed form of the divergence.
    package let sampling: SampledPass?

    package init(
        count: Int, gradients: FloatRegion, accumulating: Bool, klScale: Float,
        penalty: DivergencePenalty = .divergence, sampling: SampledPass? = nil
    ) {
        self.count = count
        self.gradients = gradients
        self.accumulating = accumulating
        self.klScale = klScale
        self.penalty = penalty
        self.sampling = sampling
    }
}

/// The way back of draws whose divergence is measured by the draws themselves.
package struct SampledPass: Sendable {
    /// The share of each row in its image's bound; nil for one draw that counts whole.
    package let shares: FloatRegion?
    package let isDoublyReparameterised: Bool

    package init(shares: FloatRegion?, isDoublyReparameterised: Bool) {
        self.shares = shares
        self.isDoublyReparameterised = isDoublyReparameterised
    }
}
