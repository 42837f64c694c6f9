import VAECore
import VAEFigures

/// Weights and latents that are finite can still give numbers that single precision has no room for.
enum Finiteness {
    /// Refuses to hand on numbers that are not finite.
    /// - Parameters:
    ///   - values: what the model gave, `size` numbers for each item
    ///   - what: names an item by its place
    static func demand(
        _ values: [Float], each size: Int, of what: (_ item: Int) -> String
    ) throws(VAEError) {
        guard let at = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw error("gives \(values[at]) for \(what(at / size))")
    }

    /// Decoded images.
    /// - Parameter values: (n, height, width, channels)
    static func images(_ shape: ImageShape, _ values: [Float]) throws(VAEError) -> FloatImages {
        try demand(values, each: shape.count) { "a pixel of image \($0)" }
        return try FloatImages(shape: shape, values: values)
    }

    static func error(_ problem: String) -> VAEError {
        VAEError(
            .invalidData, "model", "\(problem), which is not a finite number",
            advice:
                "Its weights, or the points given, are too large for single precision; see its losses with vae info."
        )
    }
}
