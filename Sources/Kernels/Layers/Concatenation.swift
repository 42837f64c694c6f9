/// Two values one behind the other, image by image, as units: where labels join what a layer reads.
package struct Concatenation: Layer {
    package static let kind = "concatenation"
    package var title: String { "\(sizes[0]) and \(sizes[1]) values one behind the other" }
    package let outputShape: [Int]
    /// Values of an image in each input.
    package let sizes: [Int]

    package init(_ first: Int, _ second: Int) {
        sizes = [first, second]
        outputShape = [first + second]
    }

    package var backwardReads: BackwardReads { [] }

    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        forEachPart(count) { input, part, whole in at.output[whole].copy(from: at.inputs[input][part]) }
    }

    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        forEachPart(pass.count) { input, part, whole in
            at.inputGradients[input]?[part].take(
                at.outputGradient[whole], adding: at.addsToInputGradient[input])
        }
    }

    /// Calls `body` with the place of an image in each input, and its place in the output.
    private func forEachPart(
        _ count: Int, _ body: (_ input: Int, _ part: Range<Int>, _ whole: Range<Int>) -> Void
    ) {
        for image in 0..<count {
            var start = image * outputShape[0]
            for (input, size) in sizes.enumerated() {
                body(input, image * size..<(image + 1) * size, start..<start + size)
                start += size
            }
        }
    }
}
