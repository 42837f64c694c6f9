import Kernels

extension Quantisation: ReferenceLayer {
    /// The numbers of the nearest codes, by ‖z_e − e‖²; of equally near ones the first.
    package func referenceNumbers<T: ReferenceScalar>(_ vectors: [T], codes: [T]) -> [Int] {
        (0..<vectors.count / dimension).map { row in
            var (best, least) = (0, T.infinity)
            for code in 0..<size {
                var distance = T(0)
                for index in 0..<dimension {
                    let difference = vectors[row * dimension + index] - codes[code * dimension + index]
                    distance += difference * difference
                }
                if distance < least { (best, least) = (code, distance) }
            }
            return best
        }
    }

    package func referenceForward<T: ReferenceScalar>(_ inputs: [[T]], parameters: [[T]], count: Int) -> [T] {
        referenceNumbers(inputs[0], codes: parameters[0]).flatMap {
            parameters[0][$0 * dimension..<($0 + 1) * dimension]
        }
    }

    /// Straight-through: the commitment's gradient is the model's to add. In the places of the parameters' gradients each code's sum and number
    /// of vectors.
    package func referenceBackward<T: ReferenceScalar>(
        _ gradient: [T], inputs: [[T]], output: [T], parameters: [[T]], count: Int, wanted: [Bool]
    ) -> ReferenceGradients<T> {
        var sums = [T](repeating: 0, count: size * dimension)
        var counts = [T](repeating: 0, count: size)
        for (row, code) in referenceNumbers(inputs[0], codes: parameters[0]).enumerated() {
            counts[code] += 1
            for index in 0..<dimension {
                sums[code * dimension + index] += inputs[0][row * dimension + index]
            }
        }
        return ReferenceGradients(inputs: [gradient], parameters: [sums, counts])
    }

    /// β‖z_e − z_q‖² of each image, and its gradient by z_e with z_q held.
    package func referenceCommitment<T: ReferenceScalar>(
        _ vectors: [T], _ quantised: [T], count: Int
    ) -> (losses: [T], gradient: [T]) {
        let size = vectors.count / max(count, 1)
        let losses = (0..<count).map { image in
            (image * size..<(image + 1) * size).reduce(T(0)) {
                let difference = vectors[$1] - quantised[$1]
                return $0 + T(commitment) * difference * difference
            }
        }
        return (losses, vectors.indices.map { 2 * T(commitment) * (vectors[$0] - quantised[$0]) })
    }
}

extension RunningCodes {
    /// One step of the running means, with what `referenceBackward` leaves in the places of gradients.
    package func referenceStep<T: ReferenceScalar>(
        codes: inout [T], counts: inout [T], sums: inout [T], batchSums: [T], batchCounts: [T]
    ) {
        let decay = T(self.decay)
        for code in 0..<size { counts[code] = decay * counts[code] + (1 - decay) * batchCounts[code] }
        let (total, epsilon) = (counts.reduce(0, +), T(Self.epsilon))
        for code in 0..<size {
            let number = (counts[code] + epsilon) / (total + T(size) * epsilon) * total
            for index in code * dimension..<(code + 1) * dimension {
                sums[index] = decay * sums[index] + (1 - decay) * batchSums[index]
                codes[index] = sums[index] / number
            }
        }
    }
}
