import VAE
import VAEConsole

/// "standard", or the kind and the number of components: "mixture:10".
extension Prior: CheckedArgument {
    public init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        let count = parts.count == 2 ? Int(parts[1]) : nil
        guard parts.count == 1 || parts.count == 2 && count != nil else { return nil }
        switch parts[0] {
        case "standard" where parts.count == 1: self = .standard
        case "mixture": self = .mixture(components: count ?? 10)
        case "vamp": self = .vamp(pseudoInputs: count ?? 50)
        default: return nil
        }
    }

    package static func objection(to text: String) -> String {
        "it is neither standard nor a kind with a number, such as mixture:10 or vamp:50"
    }

    /// What one types for it.
    var argument: String {
        switch self {
        case .standard: "standard"
        case .mixture(let count): "mixture:\(count)"
        case .vamp(let count): "vamp:\(count)"
        }
    }
}
