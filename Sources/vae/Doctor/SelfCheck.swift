/// Something that must hold of the engine on this machine: a number that was measured here, and its bound.
struct SelfCheck: Encodable, Equatable {
    /// One word.
    let name: String
    /// The measured quantity, as a phrase that follows the number.
    let what: String
    /// nil in JSON when it is not finite, and then nothing is proved.
    let measured: Double?
    let bound: Double
    let holds: Bool

    /// Holds when the measured number is within the bound; one that is not finite never is.
    init(_ name: String, _ what: String, measured: Double, bound: Double) {
        self.name = name
        self.what = what
        self.measured = measured.isFinite ? measured : nil
        self.bound = bound
        holds = measured <= bound
    }
}
