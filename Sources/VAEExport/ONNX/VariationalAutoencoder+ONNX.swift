import VAE
import VAECore

extension VariationalAutoencoder {
    /// A part of the model as an ONNX file.
    public func onnx(_ part: ONNXPart, layout: ONNXLayout = .nhwc) throws(VAEError) -> [UInt8] {
        throw VAEError(.unavailable, "ONNX", "is not written yet")
    }
}
