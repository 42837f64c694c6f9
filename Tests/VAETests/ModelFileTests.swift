import Foundation
import Testing
import VAECore

@testable import VAE

@Suite("Model files")
struct ModelFileTests {
    let folder = try! ScratchFolder()
    let model = try! VariationalAutoencoder(smallModel, seed: 1)

    @Test func everyBitComesBack() throws {
        var parameters = model.parameters
        // Also what training would hardly leave behind.
        parameters[0] = -0.0
        parameters[1] = .greatestFiniteMagnitude
        parameters[2] = -.greatestFiniteMagnitude
        parameters[3] = .leastNonzeroMagnitude
        let strange = VariationalAutoencoder(network: model.network, parameters: parameters)
        for model in [model, strange] {
            try model.write(to: folder("m"))
            let read = try VariationalAutoencoder(contentsOf: folder("m"))
            #expect(read.configuration == smallModel)
            #expect(read.parameters.map(\.bitPattern) == model.parameters.map(\.bitPattern))
            let bytes = try DurableFile.read(folder("m"))
            try read.write(to: folder("m"))
            #expect(identical(try DurableFile.read(folder("m")), bytes))
        }
        let file = try SafeTensors(contentsOf: folder("m"))
        for weight in model.weights { #expect(file[weight.name]?.shape == weight.shape) }
    }

    /// Refused as it is read, with the file, the tensor and the place in it: no command has to look for what it gives.
    @Test(arguments: [Float.nan, -.nan, .infinity, -.infinity, Float(bitPattern: 0x7F80_0001)])
    func numbersThatAreNotFinite(value: Float) throws {
        for weight in model.weights {
            for place in Set([0, weight.values.count / 2, weight.values.count - 1]) {
                var values = weight.values
                values[place] = value
                let tensors = try saved().tensors.map { tensor throws(VAEError) in
                    tensor.name == weight.name
                        ? try SafeTensors.Tensor(name: tensor.name, shape: tensor.shape, floats: values)
                        : tensor
                }
                let error = try #require(try refusal(tensors, saved().metadata))
                #expect(error.kind == .invalidData && error.subject == folder("m"))
                #expect(error.problem == "tensor \"\(weight.name)\" holds a number that is not finite")
                // Row by row: the last of the shape's places runs fastest.
                let places = weight.shape.reduce(([Int](), weight.values.count, place)) { found, size in
                    let below = found.1 / size
                    return (found.0 + [found.2 / below], below, found.2 % below)
                }.0
                #expect(error.found?.hasSuffix(" at \(places)") == true && error.advice != nil, "\(error)")
            }
        }
    }

    /// Another program's files are called what they are, with what to do.
    @Test func otherProgramsFiles() throws {
        for (bytes, kind) in [
            (
                Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 100),
                "ZIP archive, as .pt files of PyTorch"
            ),
            ([0x89] + Array("HDF\r\n\u{1A}\n".utf8) + [UInt8](repeating: 0, count: 100), "HDF5"),
            ([], "empty file"), (Array("some words\n".utf8), "text"),
        ] {
            try DurableFile.write(bytes, to: folder("m"))
            let error = failure { () throws(VAEError) in
                _ = try VariationalAutoencoder(contentsOf: folder("m"))
            }
            #expect(error?.kind == .invalidData && error?.problem == "is not a safetensors file")
            #expect(
                error?.found?.contains(kind) == true && error?.advice != nil, "\(String(describing: error))")
        }
        let checkpoint = try Trainer(smallModel, TrainingConfiguration(), threads: 1).checkpoint()
        try checkpoint.write(to: folder("m"))
        let error = failure { () throws(VAEError) in _ = try VariationalAutoencoder(contentsOf: folder("m")) }
        #expect(error?.problem == "is the checkpoint of a training", "\(String(describing: error))")
        #expect(error?.advice?.contains("model.safetensors") == true)
    }

    /// Reads a file with these tensors and metadata as a model.
    func refusal(_ tensors: [SafeTensors.Tensor], _ metadata: [String: String]) throws -> VAEError? {
        try SafeTensors(tensors, metadata: metadata).write(to: folder("m"))
        return failure { () throws(VAEError) in _ = try VariationalAutoencoder(contentsOf: folder("m")) }
    }

    /// What `save` writes.
    func saved() throws -> SafeTensors {
        try model.write(to: folder("saved"))
        return try SafeTensors(contentsOf: folder("saved"))
    }

    @Test func filesThatAreNoModels() throws {
        let missing = failure { () throws(VAEError) in
            _ = try VariationalAutoencoder(contentsOf: folder("none"))
        }
        #expect(missing?.kind == .missingInput)
        try DurableFile.write(Array("not a model".utf8), to: folder("m"))
        let other = failure { () throws(VAEError) in _ = try VariationalAutoencoder(contentsOf: folder("m")) }
        #expect(other?.kind == .invalidData && other?.subject == folder("m"))
        let file = try saved()
        for metadata in [
            [:], ["format": "vae-1"], ["configuration": file.metadata["configuration", default: ""]],
            file.metadata.merging(["format": "pt"]) { $1 }, file.metadata.merging(["format": "vae-2"]) { $1 },
        ] {
            let error = try refusal(file.tensors, metadata)
            #expect(error?.kind == .invalidData && error?.problem == "is not a model of this engine")
        }
        // A file that is cut short anywhere is refused by its reader.
        let bytes = try DurableFile.read(folder("saved"))
        for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
            try DurableFile.write(Array(bytes.prefix(length)), to: folder("m"))
            let error = failure { () throws(VAEError) in
                _ = try VariationalAutoencoder(contentsOf: folder("m"))
            }
            #expect(error?.kind == .invalidData)
        }
    }

    @Test func tensorsThatDoNotBelong() throws {
        let file = try saved()
        let missing = try refusal(Array(file.tensors.dropFirst()), file.metadata)
        #expect(missing?.kind == .invalidData && missing?.found == "\(file.tensors.count - 1)")
        let more = try SafeTensors.Tensor(name: "more", shape: [1], floats: [1])
        #expect(try refusal(file.tensors + [more], file.metadata)?.kind == .invalidData)
        // As many, but one of another name, shape or type.
        let first = file.tensors[0]
        let values = try first.doubles()
        for tensor in [
            try SafeTensors.Tensor(name: "other", shape: first.shape, doubles: values),
            try SafeTensors.Tensor(
                name: first.name, shape: [values.count, 1, 1], floats: values.map(Float.init)),
            try SafeTensors.Tensor(name: first.name, shape: first.shape, doubles: values),
        ] {
            let error = try refusal(file.tensors.dropFirst() + [tensor], file.metadata)
            #expect(
                error?.kind == .invalidData && error?.subject == folder("m")
                    && error?.problem.contains(first.name) == true)
        }
    }

    @Test func configurationsThatAreDamaged() throws {
        let file = try saved()
        let json = try #require(file.metadata["configuration"])
        func refused(_ json: String) throws -> VAEError? {
            try refusal(file.tensors, file.metadata.merging(["configuration": json]) { $1 })
        }
        for broken in [
            "", "{}", "null", "[1]", String(json.dropLast()), json + "}", "\u{0}",
            json.replacing("\"latentSize\":2", with: "\"latentSize\":2.5"),
            json.replacing("\"latentSize\":2", with: "\"latentSize\":\"2\""),
            json.replacing("\"latentSize\":2", with: "\"latentSize\":1e99"),
            json.replacing(",\"latentSize\":2", with: ""),
        ] {
            let error = try refused(broken)
            #expect(error?.kind == .invalidData, "\(broken)")
            #expect(error?.problem == "has a configuration that can't be read", "\(broken)")
        }
        let long = json + String(repeating: " ", count: 32_769 - json.utf8.count)
        #expect(try refused(String(long.dropLast())) == nil)
        #expect(try refused(long)?.problem == "has a configuration that is too long")
        // Sizes that no network has, and sizes whose network would fill the memory: both are refused before
        // anything is made of that size.
        for (size, absurd) in [
            ("\"latentSize\":2", "\"latentSize\":0"), ("\"latentSize\":2", "\"latentSize\":-2"),
            ("\"latentSize\":2", "\"latentSize\":9223372036854775807"),
            ("\"height\":5", "\"height\":1000000000"), ("\"channels\":1", "\"channels\":1000000"),
            ("\"encoderFilters\":[3,4]", "\"encoderFilters\":[3]"),
            ("\"encoderFilters\":[3,4]", "\"encoderFilters\":[]"),
            ("\"encoderFilters\":[3,4]", "\"encoderFilters\":[16384,16384]"),
            ("\"decoderFilters\":[5,3]", "\"decoderFilters\":[16384,16384]"),
            ("\"hiddenUnits\":6", "\"hiddenUnits\":1048576"),
        ] {
            let changed = json.replacing(size, with: absurd)
            #expect(changed != json)
            let error = try refused(changed)
            #expect(error?.kind == .invalidData, "\(absurd)")
        }
    }

    @Test func whatCannotBeWritten() {
        let error = failure { () throws(VAEError) in try model.write(to: folder("absent/m")) }
        #expect(error?.kind == .cannotCreate)
    }
}
