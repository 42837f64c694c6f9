/// The program whose layouts weights have.
public enum WeightLayout: String, Sendable, CaseIterable {
    /// Convolutions (out, in, height, width), transposed ones (in, out, height, width), dense layers (out, in); feature maps are
    /// flattened channel after channel.
    case pytorch
    /// Convolutions (height, width, in, out), transposed ones (height, width, out, in), dense layers (in, out); feature maps are
    /// flattened position after position. The engine's own layouts.
    case keras
}
