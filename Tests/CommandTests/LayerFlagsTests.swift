import Foundation
import Testing
import VAE
import VAECore

/// `vae-train` with layers that flags or a file list.
@Suite("Models by flags and files")
struct LayerFlagsTests {
    let tool = Tool("vae-train")
    let scratch = try! Scratch()
    let short = ["--epochs", "1", "--batch-size", "32", "--no-figures", "--quiet", "--threads", "2"]
    let layers = [
        "--filters", "4,6", "--strides", "1,2", "--kernel-size", "5,2", "--residual-blocks", "1",
        "--group-norm", "2", "--upsampling", "--activation", "silu",
    ]

    @Test func flagsMakeLayers() throws {
        let data = try scratch.digits(train: 64)
        let run = try tool.run(data + short + layers + ["--out", scratch.file("run")])
        #expect(run.status == 0, "\(run.errors)")
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        let expected = ModelConfiguration.Layers(
            filters: [4, 6], strides: [1, 2], kernelSizes: [5, 2], residualBlocks: 1, groups: 2,
            upsampling: true, activation: .silu)
        #expect(model.configuration.layers == expected)
        let names = Set(model.weights.map(\.name))
        #expect(
            names.isSuperset(of: ["encoder.residual.1.group_normalization.0.scale", "decoder.output.kernel"]))
        #expect(!names.contains { $0.hasPrefix("decoder.transposed_convolution") })

        // The run goes on without flags, and with the same; other ones would be another model.
        for flags in [[], layers] {
            let again = try tool.run(
                ["--resume", scratch.file("run"), "--epochs", "2", "--no-figures", "--quiet"] + flags)
            #expect(again.status == 0, "\(again.errors)")
        }
        // A file that says another model, in lists or not, is another one, too.
        for json in [
            #"{"latentSize": 7, "encoder": [], "decoder": []}"#,
            #"{"imageShape": {"height": 28, "width": 28, "channels": 1}, "encoderFilters": [8], "decoderFilters": [8], "#
                + #""kernelSize": 3, "latentSize": 2, "hiddenUnits": 5}"#,
        ] {
            try scratch.write(Array(json.utf8), to: "other.json")
            let other = try tool.run(["--resume", scratch.file("run"), "--model", scratch.file("other.json")])
            #expect(other.status == 64 && other.errors.contains("--model"), "\(other.errors)")
        }
        let other = try tool.run(["--resume", scratch.file("run"), "--strides", "2,2"])
        #expect(other.status == 64 && other.errors.contains("--strides"), "\(other.errors)")

        let info = try Tool("vae")("info", scratch.file("run"))
        #expect(info.status == 0, "\(info.errors)")
        for text in [
            "2×2 convolution, stride 2", "group normalisation, 2 groups",
            "nearest-neighbour upsampling, factor 2",
            "encoder.residual.0", "28×28×4", "silu",
        ] {
            #expect(info.output.contains(text), "\(text)")
        }
    }

    /// A run of filters and units: the same flags go on, another model in a file does not.
    @Test func runsWithoutListsGoOn() throws {
        let flags = ["--filters", "4", "--hidden", "6", "--residual-blocks", "0"]
        let data = try scratch.digits(train: 64)
        let run = try tool.run(data + short + flags + ["--out", scratch.file("run")])
        #expect(run.status == 0, "\(run.errors)")
        let again = try tool.run(
            ["--resume", scratch.file("run"), "--epochs", "2", "--no-figures", "--quiet"] + flags)
        #expect(again.status == 0, "\(again.errors)")
        let json =
            #"{"imageShape": {"height": 28, "width": 28, "channels": 1}, "encoderFilters": [8], "decoderFilters": [8], "#
            + #""kernelSize": 3, "latentSize": 2, "hiddenUnits": 5}"#
        try scratch.write(Array(json.utf8), to: "other.json")
        let other = try tool.run(["--resume", scratch.file("run"), "--model", scratch.file("other.json")])
        #expect(other.status == 64 && other.errors.contains("--model"), "\(other.errors)")
    }

    @Test func aFileMakesLayers() throws {
        let data = try scratch.digits(train: 64)
        let json = """
            {"latentSize": 3, "encoder": [{"type": "convolution", "filters": 4, "stride": 3}, {"type": "dense", "units": 9}],
             "decoder": [{"type": "dense", "channels": 4}, {"type": "transposed_convolution", "filters": 5, "stride": 3}]}
            """
        try scratch.write(Array(json.utf8), to: "model.json")
        let run = try tool.run(
            data + short + [
                "--model", scratch.file("model.json"), "--likelihood", "gaussian", "--out",
                scratch.file("run"),
            ])
        #expect(run.status == 0, "\(run.errors)")
        let model = try VariationalAutoencoder(contentsOf: scratch.file("run/model.safetensors"))
        #expect(model.configuration.latentSize == 3 && model.configuration.likelihood == .gaussian)
        #expect(
            model.configuration.layers?.encoder == [.convolution(filters: 4, stride: 3), .dense(shape: [9])])
    }

    /// What is wrong, where, and nothing written.
    @Test(arguments: [
        (
            #"{"encoder": [{"type": "convolution"}], "decoder": []}"#, 65,
            "filters of encoder layer 1: it is missing"
        ),
        (#"{"encoder": [{"type": "attention"}], "decoder": []}"#, 65, "type of encoder layer 1"),
        (
            #"{"encoder": [{"type": "dense", "units": 3, "filters": 2}], "decoder": []}"#, 65,
            "filters of encoder layer 1: a layer of the type dense has no such key"
        ),
        (
            #"{"encoder": [}"#, 65,
            "is not a model's description; found no valid JSON: Invalid value around character"
        ),
        ("2.5", 65, "JSON that is no object in braces"),
        (
            #"{"encoder": [], "decoder": [{"type": "residual", "layers": [{"type": "dense", "units": 2.5}]}]}"#,
            65,
            "found units of layer 1 of decoder layer 1: 2.5 is not a whole number"
        ),
        (
            #"{"encoder": \#(String(repeating: "[", count: 600))"#, 65,
            "no valid JSON: Too many nested arrays or dictionaries around character"
        ),
        (
            #"{"encoder": [{"type": "residual", "layers": [{"type": "dense", "units": 4},"#
                + #"{"type": "group_normalization", "groups": 3}]}], "decoder": []}"#, 64,
            "layer 2 (group_normalization) of encoder layer 1 (residual): can't divide"
        ),
        (#"{"latent_size": 9, "encoder": [], "decoder": []}"#, 65, "has a key that a model does not have"),
        (
            #"{"encoder": [{"type": "activation", "activation": "gelu"}], "decoder": []}"#, 65,
            "there are relu, leaky-relu"
        ),
        (
            #"{"encoder": [{"type": "upsampling", "factor": 16}, {"type": "dense", "shape": [16384, 16384, 16384]}], "decoder": []}"#,
            64, "too large for 32-bit matrix dimensions"
        ),
        (
            #"{"encoder": [{"type": "dense", "units": 8}, {"type": "group_normalization", "groups": 8}], "decoder": []}"#,
            64, "would make every value 0"
        ),
        (
            #"{"encoder": [{"type": "convolution", "filters": 0}], "decoder": []}"#, 64,
            "filters of encoder layer 1 (convolution): is out of range"
        ),
        (
            #"{"encoder": [], "decoder": [{"type": "upsampling", "factor": 2}]}"#, 64,
            "decoder layer 1 (upsampling): needs feature maps"
        ),
        (
            #"{"encoder": [], "decoder": [{"type": "dense", "shape": [7, 7, 2]}]}"#, 64,
            "decoder: ends in feature maps of another size than the images; expected 28×28, found 7×7"
        ),
        (
            #"{"encoder": [{"type": "convolution", "filters": 6}, {"type": "group_normalization", "groups": 4}], "decoder": []}"#,
            64, "encoder layer 2 (group_normalization): can't divide its channels into groups"
        ),
        (
            #"{"encoder": [{"type": "residual", "layers": [{"type": "dense", "units": 4}]}], "decoder": []}"#,
            64,
            "encoder layer 1 (residual): has a branch whose output can't be added"
        ),
    ])
    func filesThatAreWrong(json: String, status: Int, words: String) throws {
        try scratch.write(Array(json.utf8), to: "model.json")
        let run = try tool.run(
            scratch.digits(train: 64) + short + [
                "--model", scratch.file("model.json"), "--out", scratch.file("run"),
            ])
        #expect(Int(run.status) == status && run.errors.contains(words), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }

    @Test(arguments: [
        (["--strides", "2"], "--strides: does not have a number for each convolution"),
        (["--kernel-size", "64"], "--kernel-size: is out of range"),
        (["--kernel-size", "3,3,3"], "--kernel-size: does not have a number"),
        (["--filters", "none", "--group-norm", "2"], "no convolutions"),
        (["--filters", "none", "--kernel-size", "5"], "--kernel-size: has no convolution"),
        (["--residual-blocks", "99"], "--residual-blocks: is out of range"),
        (["--group-norm", "5"], "--group-norm: can't divide the 32 channels"),
        (["--strides", "2,17"], "--strides: is out of range; expected 1 to 16, found 17"),
        (["--strides", "1,1", "--kernel-size", "64"], "--kernel-size: is out of range"),
        (["--upsampling", "--filters", "4,0"], "--filters: is out of range"),
        (["--model", "model.json", "--upsampling"], "found --upsampling."),
        (
            ["--model", "/nowhere/model.json", "--filters", "3"],
            "--model: says the layers, and --filters does as well"
        ),
    ])
    func flagsThatAreWrong(flags: [String], words: String) throws {
        let run = try tool.run(scratch.digits(train: 64) + short + flags + ["--out", scratch.file("run")])
        #expect(run.status == 64 && run.errors.contains(words), "\(run.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }

    @Test func aFileThatIsNotThere() throws {
        let run = try tool.run(scratch.digits(train: 64) + short + ["--model", scratch.file("none.json")])
        #expect(run.status == 66 && run.errors.contains("none.json"), "\(run.errors)")
    }
}
