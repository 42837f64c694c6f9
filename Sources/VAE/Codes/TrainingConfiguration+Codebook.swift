import VAECore

extension TrainingConfiguration {
    /// Whether something else than klWeight · KL is added to the reconstruction in the training of a model: the commitment of codes, or what
    /// the objective says.
    package func hasPenalty(for model: ModelConfiguration) -> Bool { hasPenalty || model.isQuantized }

    /// - Throws: `invalidArgument` where the objective weighs a KL divergence, which for codes is a constant.
    func checkCodebook(of model: ModelConfiguration) throws(VAEError) {
        guard model.isQuantized else { return }
        let weighed = [
            ("KL weight", klWeight != 1), ("KL warm-up epochs", klSchedule?.warmUpEpochs != nil),
            ("KL cycles", klSchedule?.cycles != nil), ("free bits", freeBits != nil),
            ("capacity", capacity != nil), ("importance samples", importance != nil),
        ]
        for (name, isGiven) in weighed where isGiven {
            throw VAEError(
                .invalidArgument, name, "weighs a KL divergence, which for codes is a constant",
                advice: "Leave it out for a model with a codebook.")
        }
    }
}
