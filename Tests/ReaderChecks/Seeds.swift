import VAE
import VAECore

extension Reader {
    /// Sound files to start from.
    package var seeds: [[UInt8]] {
        switch self {
        case .idx: Seeds.idx
        case .gzip: Seeds.idx.map(Gzip.member) + [Gzip.member([0, 0, 8]) + Gzip.member([1, 0, 0, 0, 1, 7])]
        case .safetensors: [Seeds.tensors, Seeds.model]
        case .model: [Seeds.model]
        case .checkpoint: (try? Checkpoints.seeds(Seeds.smallest)) ?? []
        case .record: [Seeds.record]
        case .metrics: [Seeds.metrics]
        }
    }

}

private enum Seeds {
    static let idx: [[UInt8]] = [
        [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2],
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2] + (0..<8),
        [0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<6),
    ]

    static var tensors: [UInt8] {
        file(
            #"{"__metadata__":{"a\n\u00e9\ud83d\ude00":"b"},"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},"#
                + #""y":{"dtype":"F64","shape":[],"data_offsets":[8,16]},"z":{"dtype":"BOOL","shape":[0],"#
                + #""data_offsets":[16,16]}}"#, data: 16)
    }

    static let smallest = ModelConfiguration(
        imageShape: ImageShape(height: 1, width: 1), encoderFilters: [1], decoderFilters: [1],
        kernelSize: 1, hiddenUnits: 1, latentSize: 1)

    /// The smallest model there is.
    static var model: [UInt8] {
        guard let model = try? VariationalAutoencoder(smallest) else { return [] }
        let tensors = model.weights.compactMap {
            try? SafeTensors.Tensor(name: $0.name, shape: $0.shape, floats: $0.values)
        }
        let configuration =
            #"{"decoderFilters":[1],"encoderFilters":[1],"hiddenUnits":1,"#
            + #""imageShape":{"channels":1,"height":1,"width":1},"kernelSize":1,"latentSize":1}"#
        let metadata = ["format": "vae-1", "configuration": configuration]
        return (try? SafeTensors(tensors, metadata: metadata).serialized()) ?? []
    }

    private static func file(_ header: String, data: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: header.utf8.count >> (8 * $0)) } + header.utf8
            + [UInt8](repeating: 1, count: data)
    }

    static let record = Array(
        """
        {"data":{"folder":"/d","limit":9,"name":"mnist","sha256":"0","source":"s","testImages":1,"trainImages":2},
        "environment":{"blas":"b","blasKernels":"k","command":["vae-train","--film"],"convolutions":"direct",
        "processor":"p","started":"t","threads":2,"tiles":"AVX2","version":"1"},
        "model":{"decoderFilters":[1],"encoderFilters":[1],"hiddenUnits":1,
        "imageShape":{"channels":1,"height":1,"width":1},"kernelSize":1,"latentSize":1},"parameters":5,
        "training":{"batchSize":1,"beta1":0.9,"beta2":0.999,"epochs":1,"epsilon":1e-7,"klWeight":1,
        "learningRate":0.001,"seed":7}}
        """.utf8)

    static let metrics = Array(
        """
        epoch,train_loss,train_reconstruction,train_kl,test_loss,test_reconstruction,test_kl,seconds,images_per_second
        1,3.000000,1.000000,2.000000,3.500000,1.500000,2.000000,8.125,7384.6
        2,3.000000,1.000000,2.000000,,,,8.125,7384.6
        3,3.000000,1.000000,2.000000,nan,nan,inf,1e3,0x1p3

        """.utf8)
}
