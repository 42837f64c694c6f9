import VAECore

extension Points {
    /// The standard deviation of each coordinate, in Double.
    func standardDeviations() -> [Double] {
        (0..<size).map { dimension in
            let values = stride(from: dimension, to: coordinates.count, by: size).lazy.map {
                Double(coordinates[$0])
            }
            let mean = values.reduce(0, +) / Double(count)
            return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
        }
    }

    /// Each coordinate divided by a scale of its own, or left where that is 0.
    /// - Throws: `invalidData` when a quotient is beyond single precision.
    /// - Precondition: there are `size` scales.
    func divided(by scales: [Double]) throws(VAEError) -> Points {
        precondition(scales.count == size)
        let values = coordinates.enumerated().map { index, value in
            let scale = scales[index % size]
            return scale == 0 ? value : Float(Double(value) / scale)
        }
        return try Points(values, size: size, labels: labels)
    }
}
