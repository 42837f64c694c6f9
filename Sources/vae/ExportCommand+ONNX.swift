import ArgumentParser
import VAECore
import VAEExport
import VAERun

/// The options that ONNX alone has.
struct ONNXOptions: ParsableArguments {
    @Option(
        help:
            "onnx: encoder, decoder, or both in one graph with the reconstruction; --out then names a file. (default: a folder with the encoder and the decoder)"
    )
    var part: ONNXPart?

    @Option(
        help:
            "onnx: the order of images' axes, nhwc (batch, height, width, channels) or nchw. (default: nhwc)"
    )
    var layout: ONNXLayout?

    /// - Throws: `invalidArgument` where one is given.
    func demandNone() throws(VAEError) {
        for (flag, isGiven) in [("--part", part != nil), ("--layout", layout != nil)] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "is of ONNX files", expected: "--format onnx beside it",
                advice: "Leave it out.")
        }
    }

    /// Writes a model.
    /// - Returns: the paths of the files
    func write(_ run: SavedRun, to out: String) throws(VAEError) -> [String] {
        guard layout == nil || run.model.standardization == nil else {
            throw VAEError(
                .invalidArgument, "--layout",
                "is of images, and the model is of a table, whose rows have one axis",
                advice: "Leave it out.")
        }
        let layout = layout ?? .nhwc
        if let part {
            try OutputCheck.demandNew(out)
            try DurableFile.write(run.model.onnx(part, layout: layout), to: out)
            return [out]
        }
        // What can't be had is said before anything is written.
        let files = try [ONNXPart.encoder, .decoder].map { (part) throws(VAEError) in
            (name: "\(part.rawValue).onnx", bytes: try run.model.onnx(part, layout: layout))
        }
        try Folder.createNew(out)
        return try files.map { (file) throws(VAEError) in
            let path = out + (out.hasSuffix("/") ? "" : "/") + file.name
            try DurableFile.write(file.bytes, to: path)
            return path
        }
    }
}

extension ONNXPart: ExpressibleByArgument {}
extension ONNXLayout: ExpressibleByArgument {}
