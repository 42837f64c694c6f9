/// The way in which grey images become black and white, so that a Bernoulli likelihood is the distribution of what it is given.
public enum Binarization: String, Sendable, Hashable, Codable, CaseIterable {
    /// A pixel is white where it is 128 or more of 255.
    case threshold
    /// A pixel is white with a probability of its grey value, grey / 255. In training it is drawn anew in every epoch.
    ///
    /// Source: Salakhutdinov and Murray, "On the quantitative analysis of deep belief networks", 2008, section 5; drawn
    /// anew as in Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", 2016, section 5.
    case stochastic
}
