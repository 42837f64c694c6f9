import VAE
import VAECore
import VAEData

extension Reader {
    /// Sound files to start from.
    package var seeds: [[UInt8]] {
        switch self {
        case .idx: Seeds.idx
        case .gzip: Seeds.idx.map(Gzip.member) + [Gzip.member([0, 0, 8]) + Gzip.member([1, 0, 0, 0, 1, 7])]
        case .safetensors: [Seeds.tensors, Seeds.model]
        case .model: [Seeds.model]
        case .checkpoint: (try? Checkpoints.seeds(Seeds.smallest)) ?? []
        case .layers: [Seeds.layers, Seeds.hugeLayers]
        case .record: [Seeds.record]
        case .metrics: [Seeds.metrics]
        case .evaluation: [Seeds.evaluation]
        case .npy: Seeds.arrays
        case .npz: Seeds.archives
        case .png: Seeds.pictures
        case .jpeg: SmallPictures.jpegs
        case .webp: SmallPictures.webps
        case .latents: Seeds.latents
        case .table: Seeds.tables
        }
    }

}

private enum Seeds {
    static let idx: [[UInt8]] = [
        [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2],
        [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2] + (0..<8),
        [0, 0, 8, 4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + (0..<6),
        [0, 0, 0x0B, 1, 0, 0, 0, 2, 0x7F, 0xFF, 0x80, 0],
        [0, 0, 0x0D, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x3F, 0x80, 0, 0],
        [0, 0, 0x0E, 1, 0, 0, 0, 1, 0x7F, 0xF8, 0, 0, 0, 0, 0, 1],
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

    static let layers = Array(
        """
        {"encoder":[{"type":"convolution","filters":4,"stride":2,"kernelSize":2},{"type":"group_normalization","groups":2},
        {"type":"residual","layers":[{"type":"activation","activation":"silu"},{"type":"convolution","filters":4}]},
        {"type":"dense","units":5}],"decoder":[{"type":"dense","channels":4},{"type":"dense","shape":[4,3,2]},
        {"type":"upsampling","factor":2},{"type":"transposed_convolution","filters":3,"activation":"leaky-relu"}],
        "imageShape":{"channels":1,"height":7,"width":6},"kernelSize":3,"latentSize":2,"hiddenActivation":"tanh",
        "likelihood":"gaussian"}
        """.utf8)

    /// Sizes whose products would leave 64 bits.
    static let hugeLayers = Array(
        """
        {"imageShape":{"channels":1024,"height":16384,"width":16384},
        "encoder":[{"type":"dense","shape":[16384,16384,16384]}],"decoder":[]}
        """.utf8)

    static let record = Array(
        """
        {"data":{"folder":"/d","limit":9,"name":"mnist","sha256":"0","source":"s","testImages":1,"trainImages":2},
        "environment":{"blas":"b","blasKernels":"k","command":["vae-train","--film"],"products":"tiles",
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

    static let evaluation = Array(
        """
        {"data":{"name":"mnist","sha256":"0","test_images":3,"train_images":4},"frechet":{"features":2,"floor":0.5,
        "images":3,"samples":1.5,"variance_share":0.9},"latents":{"active_units":1,"aggregate_gap":{"mean":0.1,
        "standard_error":0.01},"aggregate_images":3,"collapse":"partial","collapsed":1,"still":0,"dimensions":[{"active":true,"still":false,
        "collapsed":false,"index":1,"kl":2,"variance_of_mean":0.9},{"active":false,"still":false,"collapsed":true,"index":2,"kl":0,
        "variance_of_mean":0}],"inactive":1,"mutual_information":{"mean":1},"mutual_information_limit":1.1},
        "likelihood":{"effective_samples":1.5,"images":3,"is_likelihood":false,"negative_log_likelihood":{
        "bits_per_pixel":0.2,"nats":9},"samples":2,"with_half_the_samples":9.5},"loss":{"grey_entropy":{
        "bits_per_pixel":0.1,"nats":4,"standard_error":1},"share_of_the_way":0.4,\(objective("test")),
        \(objective("test_at_mean")),\(objective("training"))},"model":{"file":"model.safetensors","image_shape":{"channels":1,
        "height":2,"width":2},"latent_size":2,"likelihood":"bernoulli","parameters":9,"sha256":"1"},"omissions":[{
        "part":"clusters","reason":"images have no labels"}],"program":"1","rivals":{"model":\(errors),
        "pixelwise_mean":\(errors),"principal_components":{"components":2,"errors":\(errors),"train_images":4,
        "variance_share":0.5}},"settings":{"binarize":"none","draws":1,"seed":0},"version":1}
        """.utf8)

    private static func objective(_ name: String) -> String {
        let value = #"{"bits_per_pixel":0.2,"nats":10,"standard_error":1e-1}"#
        return #""\#(name)":{"images":3,"kl":\#(value),"loss":\#(value),"reconstruction":\#(value)}"#
    }

    private static let errors =
        #"{"reconstruction":{"bits_per_pixel":0.3,"nats":12},"squared_error":{"mean":0.1}}"#
    static var arrays: [[UInt8]] {
        func file(_ header: String, version: UInt8 = 1, _ values: [UInt8]) -> [UInt8] {
            let length = header.utf8.count
            return [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(length & 255), UInt8(length >> 8)]
                + (version == 1 ? [] : [0, 0]) + header.utf8 + values
        }
        let values: [(shape: [Int], NPYArray.Values)] = [
            ([2, 3, 2], .bytes(Array(0..<12))), ([1, 3, 2], .floats([0, 0.5, 1, 0.25, 0, 1])),
            ([], .doubles([2.5])), ([1, 2, 1], .bools([true, false])),
            ([2, 1, 2], .halves([0, 1, 0.5, 0x1p-24])),
            ([1, 3, 2, 1], .uint16([0, 1, 4095, 65_535, 2, 3])), ([3], .int64([1, -1, 255])),
        ]
        return values.compactMap { try? NPY.encode(NPYArray(shape: $0.shape, values: $0.1)) } + [
            file("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", Array(0..<6)),
            file(#"{"shape":(1L,),"descr":"<f4","fortran_order":False}"#, version: 3, [0, 0, 128, 63]),
            file(
                "{'descr': '>f8', 'fortran_order': False, 'shape': (1, 1), }", [0x3F, 0xE0, 0, 0, 0, 0, 0, 0]),
        ]
    }

    static var archives: [[UInt8]] {
        let arrays = zip(["x.npy", "y.npy", "notes.txt"], arrays).map { (name: $0, content: $1) }
        // Two texts of three characters.
        let header = "{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }\n"
        let texts: [UInt8] =
            [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        let names = "catdog".utf8.flatMap { letter -> [UInt8] in [letter, 0, 0, 0] }
        return [
            Zips.file(arrays, isDeflated: false), Zips.file(arrays, isDeflated: true),
            Zips.file([("class_names.npy", texts + names)], isDeflated: false),
        ]
    }

    static let tables: [[UInt8]] = [
        "a,b,label\n1,2.5,7\n-3,.5,1e1\n", "a;\"b;\"\"\"\r\n1,5;2\r\n\r\n3;4", "\u{FEFF}1\t2\n3\t4\n",
        "x,y\n0.1,cat\n0.2,dog\n",
    ].map { Array($0.utf8) }

    static var pictures: [[UInt8]] {
        let grey: [UInt8] = [0, 1, 2, 1, 3, 4, 2, 5, 6]
        return [
            PNGs.file(width: 2, height: 3, rows: grey),
            PNGs.file(width: 2, height: 1, colour: 6, rows: [4] + (0..<8)),
            PNGs.file(width: 9, height: 1, depth: 1, rows: [0, 0xAA, 0x80]),
            PNGs.file(width: 1, height: 1, depth: 16, colour: 2, rows: [0, 1, 2, 3, 4, 5, 6]),
            PNGs.file(
                width: 3, height: 1, depth: 2, colour: 3, rows: [0, 0b0001_1000],
                others: PNGs.chunk("PLTE", Array(0..<9)) + PNGs.chunk("tRNS", [0, 128])),
            PNGs.file(width: 2, height: 2, interlaced: true, rows: [0, 1, 0, 2, 0, 3, 4]),
            PNGs.file(width: 2, height: 3, rows: grey, others: PNGs.chunk("gAMA", [0, 0, 177, 143])),
        ]
    }

    static let latents = [
        "image,label,z1,z2\n0,7,0.5,-1.25\n\"a,b.png\",2,1e-3,.5\n", "1,2\n3,4\r\n\n-5, +6.5e2\n",
        "z2,z1\n1,2",
    ].map { Array($0.utf8) }
}
