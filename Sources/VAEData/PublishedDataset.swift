/// A data set on public servers: its files, what their bytes must hash to, and who has them.
package struct PublishedDataset: Sendable {
    /// One file as it is on the servers.
    package struct File: Sendable {
        /// The name on the servers and in the cache.
        package let name: String
        /// Exact length in bytes.
        package let size: Int
        /// 64 lower-case hexadecimal digits.
        package let sha256: String

        package init(name: String, size: Int, sha256: String) {
            self.name = name
            self.size = size
            self.sha256 = sha256
        }
    }

    /// The name of the data set, of its `DatasetChoice` and of its folder in the cache.
    package let name: String
    /// The addresses of the folders with the files, in the order to try; each ends in a slash.
    package let mirrors: [String]
    package let trainImages: File
    package let trainLabels: File
    package let testImages: File
    package let testLabels: File

    package init(
        name: String, mirrors: [String], trainImages: File, trainLabels: File, testImages: File,
        testLabels: File
    ) {
        self.name = name
        self.mirrors = mirrors
        self.trainImages = trainImages
        self.trainLabels = trainLabels
        self.testImages = testImages
        self.testLabels = testLabels
    }

    /// LeCun, Cortes and Burges's handwritten digits. The first host, yann.lecun.com, no longer serves them;
    /// the sizes and hashes are of the files it did serve.
    package static let mnist = PublishedDataset(
        name: "mnist",
        mirrors: [
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        trainImages: File(
            name: "train-images-idx3-ubyte.gz", size: 9_912_422,
            sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        trainLabels: File(
            name: "train-labels-idx1-ubyte.gz", size: 28881,
            sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        testImages: File(
            name: "t10k-images-idx3-ubyte.gz", size: 1_648_877,
            sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        testLabels: File(
            name: "t10k-labels-idx1-ubyte.gz", size: 4542,
            sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"))

    /// Zalando Research's clothes (https://github.com/zalandoresearch/fashion-mnist). Sizes and hashes are
    /// those of TensorFlow Datasets (`url_checksums/fashion_mnist.txt`); the authors' own bucket speaks plain
    /// HTTP only, so that their repository and Keras's copy serve here.
    package static let fashionMNIST = PublishedDataset(
        name: "fashion-mnist",
        mirrors: [
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ],
        trainImages: File(
            name: "train-images-idx3-ubyte.gz", size: 26_421_880,
            sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        trainLabels: File(
            name: "train-labels-idx1-ubyte.gz", size: 29515,
            sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        testImages: File(
            name: "t10k-images-idx3-ubyte.gz", size: 4_422_102,
            sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        testLabels: File(
            name: "t10k-labels-idx1-ubyte.gz", size: 5148,
            sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"))
}
