/// The sum of two values of one shape: where a residual block's branch meets its shortcut.
///
/// Source: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", 2016, equation 1.
package struct Addition: Layer {
    package static let kind = "addition"
    package var title: String { "sum" }
    package let outputShape: [Int]

    package init(shape: [Int]) { outputShape = shape }

    package var backwardReads: BackwardReads { [] }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        let size = count * outputShape.reduce(1, *)
        combineEights(at.inputs[0].prefix(size), at.inputs[1].prefix(size), into: at.output.prefix(size)) {
            $0 + $1
        }
    }

    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        let gradient = at.outputGradient.prefix(pass.count * outputShape.reduce(1, *))
        for input in at.inputs.indices {
            at.inputGradients[input]?.prefix(gradient.count).take(
                gradient, adding: at.addsToInputGradient[input])
        }
    }
}
