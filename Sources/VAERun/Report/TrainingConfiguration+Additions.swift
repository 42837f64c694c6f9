import Foundation
import VAE
import VAECore

extension TrainingConfiguration {
    /// What a training has beside Adam on the evidence lower bound: a name and what it is, each.
    package var additions: [(name: String, value: String)] {
        func epochs(_ count: Int) -> String { counted(count, "epoch") }
        return [
            klSchedule?.warmUpEpochs.map { ("KL warm-up", epochs($0)) },
            klSchedule?.cycles.map { ("KL cycles", "\($0)") },
            freeBits.map { ("free bits", "\($0) nats a dimension") },
            capacity.map { ("KL capacity", "\($0.nats) nats over \(epochs($0.epochs))") },
            importance.map {
                (
                    "importance samples",
                    "\($0.samples)" + ($0.isDoublyReparameterised ? ", doubly reparameterised" : "")
                )
            },
            weightDecay.map { ("weight decay", "\($0)") },
            clipNorm.map { ("largest gradient norm", "\($0)") },
            averaging.map { ("average of the weights", "decay \($0)") },
        ].compactMap(\.self)
    }

    /// The loss as an equation.
    package var equation: String {
        func number(_ value: Double) -> String { String(format: "%g", value) }
        let weight = klWeight == 1 ? "" : "\(number(klWeight)) × "
        if let importance {
            let draws = importance.samples
            return "−ln of the mean of \(draws) weights p(x|z) p(z) / q(z|x) (IWAE-\(draws))"
        }
        if let capacity {
            return "reconstruction + \(weight)|KL − C|, where C rises to \(number(capacity.nats)) nats"
        }
        let penalty = freeBits.map { "Σ max(\(number($0)), KL of a dimension)" } ?? "KL"
        guard klSchedule != nil else { return "reconstruction + \(weight)\(penalty)" }
        return "reconstruction + weight × \(penalty), where the weight rises to \(number(klWeight))"
            + (klSchedule?.cycles.map { $0 > 1 ? ", \($0) times" : "" } ?? "")
    }

    /// The loss of a model as an equation: with a codebook the commitment is what is added.
    package func equation(of model: ModelConfiguration) -> String {
        model.codebook.map { String(format: "reconstruction + %g × ‖z_e − z_q‖²", $0.commitment) } ?? equation
    }

    /// What the test loss is, where it is another one.
    package var testEquation: String? {
        guard hasPenalty, importance == nil else { return nil }
        let weight = klWeight == 1 ? "" : String(format: "%g × ", klWeight)
        return "reconstruction + \(weight)" + (capacity.map { String(format: "|KL − %g|", $0.nats) } ?? "KL")
    }
}
