/// The part of a model that an ONNX graph computes.
public enum ONNXPart: String, Sendable, Hashable, CaseIterable {
    /// From images to the mean and log-variance of q(z|x); of a model with a codebook, to codes and their vectors.
    case encoder
    /// From z, or codes, to the means of p(x|z).
    case decoder
    /// From images to what the encoder gives and to their reconstruction through it: that of the mean of q(z|x), or of the codes.
    case both
}

/// The order of an image's axes where an ONNX graph takes or gives it.
public enum ONNXLayout: String, Sendable, Hashable, CaseIterable {
    /// (batch, height, width, channels), as the engine and TensorFlow have images.
    case nhwc
    /// (batch, channels, height, width), as PyTorch has them.
    case nchw
}
