import Foundation
import VAECore

extension Losses {
    /// The equation of a loss, as all tools show it: "153.85 = 148.05 + 5.80", with the divergence's weight before it where that is not 1, or with what was added in
    /// its place and the divergence behind.
    package var equation: String {
        let parts = "\(Self.text(total)) = \(Self.text(reconstruction)) + "
        guard isWeightedSum else {
            return parts + "\(Self.text(total - reconstruction)) (KL \(Self.text(kl)))"
        }
        return parts + (klWeight == 1 ? "" : String(format: "%g·", klWeight)) + Self.text(kl)
    }

    private static func text(_ value: Double) -> String {
        value.isFinite ? String(format: "%.2f", value) : "not finite"
    }
}
