/// The nearest of K codes for each position: from the encoder's vectors z_e to the codes z_q that the decoder gets.
///
/// The nearest has the greatest z_e·e − ½‖e‖², products that the engine's tiles or `sgemm` compute; of equally near ones it is the first. On the
/// way back the gradient goes to z_e as if it were z_q (straight-through), with that of the commitment term β‖z_e − z_q‖² added. Codes have no
/// gradient: in its place goes what their running means are made of, the sum and the number of the vectors that each was nearest to,
/// which shards and threads add in their fixed order.
///
/// Source: van den Oord, Vinyals and Kavukcuoglu, "Neural Discrete Representation Learning", 2017, equations 1 to 3 and appendix A.1.
package struct Quantisation: Sendable {
    /// K, the number of codes.
    package let size: Int
    /// D, the numbers of a code.
    package let dimension: Int
    package let outputShape: [Int]
    /// β.
    package let commitment: Float
    private let direct: DirectDense?

    /// - Parameters:
    ///   - shape: of z_e and z_q: (height, width, D), or (positions · D)
    ///   - tiles: nil for `sgemm`
    package init(shape: [Int], size: Int, dimension: Int, commitment: Float, tiles: Tiles?) {
        precondition(
            size > 1 && dimension > 0 && shape.reduce(1, *).isMultiple(of: dimension),
            "codes of \(dimension) numbers for \(shape)")
        outputShape = shape
        self.size = size
        self.dimension = dimension
        self.commitment = commitment
        direct = tiles.map { DirectDense(inputs: dimension, outputs: size, tiles: $0) }
    }

    /// Codes of an image.
    package var positions: Int { outputShape.reduce(1, *) / dimension }

    /// The codebook and N, the running numbers of vectors that each code is the nearest of. They belong to no optimiser, and so lie
    /// behind all parameters that do.
    package var codebook: [Parameter] {
        [
            Parameter("codes", [size, dimension], .glorotUniform(fanIn: dimension, fanOut: size)),
            Parameter("counts", [size], .ones),
        ]
    }

    /// β‖z_e − z_q‖² of each image, summed over its positions.
    package func measureCommitment(
        _ encodings: FloatRegion, _ quantised: FloatRegion, count: Int, into commitments: FloatRegion
    ) {
        let size = positions * dimension
        precondition(
            encodings.count >= count * size && quantised.count >= count * size && commitments.count >= count,
            "\(count) images of \(size) values")
        for image in 0..<count {
            var sum = 0.0
            for index in image * size..<(image + 1) * size {
                let difference = Double(encodings.base[index]) - Double(quantised.base[index])
                sum += difference * difference
            }
            commitments.base[image] = Float(Double(commitment) * sum)
        }
    }

    /// The codes of given numbers.
    /// - Precondition: numbers are whole, and in 0..<K.
    package func lookUp(_ numbers: FloatRegion, codes: FloatRegion, into quantised: FloatRegion) {
        precondition(
            quantised.count >= numbers.count * dimension && codes.count == size * dimension,
            "\(numbers.count) codes of \(dimension) numbers")
        for row in 0..<numbers.count {
            let code = Int(numbers.base[row])
            precondition(code >= 0 && code < size, "code \(code) of \(size)")
            (quantised.base + row * dimension).update(
                from: codes.base + code * dimension, count: dimension)
        }
    }

    /// Rows whose products with all codes are there at a time: 1 MiB of them, or one row.
    private func block(_ rows: Int) -> Int { max(1, min(rows, Self.mostProducts / size)) }
    private static let mostProducts = 1 << 18
}

extension Quantisation: Layer {
    package static let kind = "quantisation"
    package var title: String { "nearest of \(size) codes" }
    package var backwardReads: BackwardReads { [.inputs, .output] }

    package func needs(images: Int, givesInputGradient: Bool) -> LayerNeeds {
        LayerNeeds(
            scratch: block(images * positions) * size, kept: images * positions,
            packed: (dimension + 1) * size)
    }

    /// The transposed codebook, (D, K), and −½‖e‖² of each code.
    package func pack(_ codes: FloatRegion, into packed: FloatRegion) {
        precondition(codes.count == size * dimension && packed.count == codes.count + size, "\(size) codes")
        for code in 0..<size {
            var square = 0.0
            for index in 0..<dimension {
                let value = codes.base[code * dimension + index]
                packed.base[index * size + code] = value
                square += Double(value) * Double(value)
            }
            packed.base[codes.count + code] = Float(-0.5 * square)
        }
    }

    /// z_q of the first images; `kept` has the codes' numbers, exactly.
    package func forward(_ at: Binding, _ weights: Weights, count: Int) {
        let codes = weights.parameters[at.parameters[0]]
        let packed = weights.packed[at.packed]
        let (transposed, offsets) = (packed.prefix(codes.count), packed[codes.count..<packed.count])
        let block = block(at.capacity * positions)
        // With sgemm all rows of a workspace, as in a dense layer.
        let rows = (direct == nil ? at.capacity : count) * positions
        for start in stride(from: 0, to: rows, by: block) {
            let number = min(block, rows - start)
            let vectors = at.inputs[0][start * dimension..<(start + number) * dimension]
            let scores = at.scratch.prefix(number * size)
            if let direct {
                direct.forward(
                    vectors, count: number, kernel: transposed, packed: codes, bias: offsets,
                    activation: .identity, into: scores)
            } else {
                multiply(
                    Matrix(vectors, rows: number, columns: dimension),
                    Matrix(transposed, rows: dimension, columns: size),
                    into: Matrix(scores, rows: number, columns: size))
                for row in 0..<number { scores[row * size..<(row + 1) * size].add(offsets) }
            }
            for row in 0..<number {
                at.kept[start + row] = Float(scores[row * size..<(row + 1) * size].firstMaximum)
            }
        }
        lookUp(at.kept.prefix(rows), codes: codes, into: at.output)
    }

    /// Straight-through to z_e with the commitment's gradient, 2β(z_e − z_q) times the pass's scale; and each code's sum and number of z_e in the places
    /// of gradients.
    package func backward(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        propagate(at, weights, pass)
        sumGradient(0, at, weights, pass, scratch: at.scratch)
    }
}

extension Quantisation: SeparableLayer {
    package var gradientParts: Int { direct == nil ? 0 : 1 }

    package func propagate(_ at: Binding, _ weights: Weights, _ pass: BackwardPass) {
        let rows = pass.count * positions
        let (encodings, quantised) = (at.inputs[0].base, at.output.base)
        guard let below = at.inputGradients[0] else { return }
        precondition(!at.addsToInputGradient[0], "vectors with other readers")
        let factor = 2 * commitment * pass.klScale
        for index in 0..<rows * dimension {
            below.base[index] =
                at.outputGradient.base[index] + factor * (encodings[index] - quantised[index])
        }
    }

    package func sumGradient(
        _ part: Int, _ at: Binding, _ weights: Weights, _ pass: BackwardPass, scratch: FloatRegion
    ) {
        let (sums, counts) = (pass.gradients[at.parameters[0]], pass.gradients[at.parameters[1]])
        if !pass.accumulating {
            sums.fill(with: 0)
            counts.fill(with: 0)
        }
        for row in 0..<pass.count * positions {
            let code = Int(at.kept.base[row])
            counts[code] += 1
            let (sum, vector) = (sums.base + code * dimension, at.inputs[0].base + row * dimension)
            for index in 0..<dimension { sum[index] += vector[index] }
        }
    }
}

/// What another program needs to compute the same.
extension Quantisation: Encodable {
    private enum CodingKeys: String, CodingKey { case size, dimension }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(size, forKey: .size)
        try values.encode(dimension, forKey: .dimension)
    }
}

extension FloatRegion {
    /// The index of the greatest float, the first of equals; 0 where none is a number.
    fileprivate var firstMaximum: Int {
        typealias Vector = SIMD8<Float>
        let whole = count & ~7
        var greatest = Vector(repeating: -.infinity)
        let raw = UnsafeRawPointer(base)
        for index in stride(from: 0, to: whole, by: 8) {
            let values = raw.loadUnaligned(fromByteOffset: 4 * index, as: Vector.self)
            greatest.replace(with: values, where: values .> greatest)
        }
        var maximum = greatest.max()
        for index in whole..<count where base[index] > maximum { maximum = base[index] }
        for index in 0..<count where base[index] == maximum { return index }
        return 0
    }
}
