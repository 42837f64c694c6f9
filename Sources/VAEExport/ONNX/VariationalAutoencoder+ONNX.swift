import VAE
import VAECore

extension VariationalAutoencoder {
    /// A part of the model as an ONNX file (opset 13), for any number of images at a time.
    ///
    /// | | inputs | outputs |
    /// |---|---|---|
    /// | encoder | `images` | `mean`, `log_variance`: (batch, latent size) |
    /// | decoder | `z`: (batch, latent size) | `images`: means of p(x\|z), as `decode` has them |
    /// | both | `images` | those of the encoder, and `reconstruction` from the mean |
    ///
    /// A conditional model has the input `labels` besides, (batch, classes), 1 at the class's place among `ModelConfiguration.classes` and 0
    /// elsewhere. With a codebook `codes`, int64 numbers (batch, rows, columns), and their `vectors` stand in place of mean and log-variance, and `codes` in
    /// place of z. A table's model takes and gives `rows`, (batch, columns), in the table's units. Nothing is drawn in a graph, and no
    /// prior is in it.
    ///
    /// Weights have their own names; kernels of convolutions are in ONNX's order of axes. Configuration, shape, classes, likelihood and
    /// version are in the file's metadata.
    /// - Parameters:
    ///   - part: what the graph computes
    ///   - layout: the order of axes of `images`, `vectors` and `reconstruction`; rows of a table have none
    /// - Throws: `invalidData` when a weight is not finite, `invalidArgument` when the file would be larger than 2 GiB, which the format
    ///   does not allow.
    /// - Complexity: O(parameters).
    public func onnx(_ part: ONNXPart, layout: ONNXLayout = .nhwc) throws(VAEError) -> [UInt8] {
        let file = try ONNXFile(self, part, layout)
        return try file.serialized()
    }

    /// Writes a part of the model as an ONNX file, which appears whole or not at all.
    /// - Throws: as ``onnx(_:layout:)``; `cannotCreate` or `inputOutput` when the file can't be written.
    public func writeONNX(
        _ part: ONNXPart, to path: String, layout: ONNXLayout = .nhwc
    ) throws(VAEError) {
        try DurableFile.write(onnx(part, layout: layout), to: path)
    }
}
