import VAE
import VAECore

/// A model as a program of Python and the weights that it reads.
public struct PythonModel: Sendable {
    /// The program, `model.py`: it reads the weights beside it and nothing else.
    public let program: String
    /// The weights, `model.safetensors`: a float32 tensor for each, and the configuration as JSON in the metadata.
    public let weights: [UInt8]

    init(program: String, _ tensors: [SafeTensors.Tensor], metadata: [String: String]) throws(VAEError) {
        self.program = program
        weights = try SafeTensors(tensors, metadata: metadata).serialized()
    }

    /// Writes both files into a folder, which is made unless it is there and empty.
    /// - Returns: their paths
    /// - Throws: `cannotCreate` when the folder holds anything or can't be made; `inputOutput` when writing fails.
    @discardableResult
    public func write(to folder: String) throws(VAEError) -> [String] {
        try Folder.createNew(folder)
        let start = folder.hasSuffix("/") ? folder : "\(folder)/"
        let paths = [start + Self.weightsName, start + Self.programName]
        try DurableFile.write(weights, to: paths[0])
        try DurableFile.write(Array(program.utf8), to: paths[1])
        return paths
    }

    /// The program's name in its folder.
    public static let programName = "model.py"
    /// The weights' name in their folder.
    public static let weightsName = "model.safetensors"
}
