import Foundation
import Testing
import VAE
import VAECore
import VAEData

@testable import VAERun

/// What a run writes down and what is read back of it.
@Suite struct RunFilesTests {
    private let header = MetricsTable.header + "\n"

    private func report(_ epoch: Int, klWeight: Double = 1, test: Bool = true) -> EpochReport {
        EpochReport(
            epoch: epoch, train: Losses(reconstruction: 150.1234567, kl: 5.7654321, klWeight: klWeight),
            test: test ? Losses(reconstruction: 151, kl: 6.25, klWeight: klWeight) : nil, seconds: 8.125,
            imagesPerSecond: 7384.6)
    }

    @Test(arguments: [0, 1, 4, 1e6])
    func metricsComeBack(klWeight: Double) throws {
        let scratch = try Scratch()
        let reports = [report(1, klWeight: klWeight), report(2, klWeight: klWeight, test: false)]
        try scratch.write(header + reports.map { MetricsTable.row($0) + "\n" }.joined(), to: "m.csv")
        #expect(try MetricsTable.read(scratch.file("m.csv"), klWeight: klWeight) == reports)
    }

    /// No digit of a finite number is lost, whatever its size, and none is written that it does not have.
    @Test(arguments: [
        0.1, 1.0 / 3, 100.000_000_1, 2.0e-7, 1e22, -3.5, 0, Double.leastNonzeroMagnitude,
        Double.greatestFiniteMagnitude, 150.123_456_789_012_34,
    ])
    func everyNumberComesBack(value: Double) throws {
        let scratch = try Scratch()
        let losses = Losses(reconstruction: value, kl: 0.1)
        let report = EpochReport(
            epoch: 1, train: losses, test: losses, seconds: abs(value), imagesPerSecond: abs(value))
        try scratch.write(header + MetricsTable.row(report) + "\n", to: "m.csv")
        #expect(try MetricsTable.read(scratch.file("m.csv"), klWeight: 1) == [report])
        #expect(!MetricsTable.row(self.report(1)).contains("00000"))
    }

    /// Tables that earlier builds wrote, with six decimals.
    @Test func roundedTablesAreRead() throws {
        let scratch = try Scratch()
        let row = "1,155.888889,150.123457,5.765432,157.250000,151.000000,6.250000,8.125,7384.6"
        try scratch.write(header + row + "\n", to: "m.csv")
        let read = try MetricsTable.read(scratch.file("m.csv"), klWeight: 1)[0]
        #expect(abs(read.train.total - 155.8888888) < 2e-6 && read.test == report(1).test)
        #expect(read.seconds == 8.125 && read.imagesPerSecond == 7384.6)
    }

    @Test func aTornLastRowIsLeftOut() throws {
        let scratch = try Scratch()
        try scratch.write(header + MetricsTable.row(report(1)) + "\n2,150.1,1", to: "m.csv")
        #expect(try MetricsTable.read(scratch.file("m.csv"), klWeight: 1).map(\.epoch) == [1])
        try scratch.write(header, to: "m.csv")
        #expect(try MetricsTable.read(scratch.file("m.csv"), klWeight: 1).isEmpty)
    }

    @Test func testLossesNeedNotBeFinite() throws {
        let scratch = try Scratch()
        try scratch.write(header + "1,3.000000,1.000000,2.000000,nan,nan,1.000000,1.000,5.0\n", to: "m.csv")
        let test = try #require(try MetricsTable.read(scratch.file("m.csv"), klWeight: 1)[0].test)
        #expect(test.reconstruction.isNaN && test.kl == 1)
    }

    /// What is no density's logarithm is not negative, and a divergence in closed form is not, either.
    @Test func lossesThatNoModelHas() throws {
        let scratch = try Scratch()
        func isRead(_ row: String, _ model: ModelConfiguration) throws -> Bool {
            try scratch.write(header + row + "\n", to: "m.csv")
            return failure { () throws(VAEError) in
                try MetricsTable.read(scratch.file("m.csv"), klWeight: 1, model: model)
            } == nil
        }
        let bernoulli = ModelConfiguration()
        var (gaussian, learned) = (bernoulli, bernoulli)
        gaussian.likelihood = .gaussian
        learned.prior = .mixture(components: 3)
        let (negative, divergence) = ("1,-3.0,-5.0,2.0,,,,1.0,5.0", "1,3.0,5.0,-2.0,,,,1.0,5.0")
        #expect(try !isRead(negative, bernoulli) && isRead(negative, gaussian))
        #expect(try !isRead(divergence, bernoulli) && isRead(divergence, learned))
        let test = "1,3.0,5.0,-2e-5,-3.0,-5.0,2.0,1.0,5.0".replacingOccurrences(
            of: "1,3.0", with: "1,4.99998")
        #expect(try !isRead(test, bernoulli) && isRead(test, gaussian))
    }

    /// Columns of their own, which tables of other runs do not have; a weight that rose, and no test set in one.
    @Test func penaltiesComeBack() throws {
        let scratch = try Scratch()
        let train = Losses(reconstruction: 150.1, kl: 5.7, klWeight: 0.3, penalty: 0.9)
        let test = Losses(reconstruction: 151, kl: 6.25, klWeight: 2, penalty: 12.5)
        let reports = [
            EpochReport(epoch: 1, train: train, test: test, seconds: 1, imagesPerSecond: 2),
            EpochReport(epoch: 2, train: train, test: nil, seconds: 1, imagesPerSecond: 2),
        ]
        let header = MetricsTable.header(hasPenalty: true)
        #expect(header == MetricsTable.header + ",train_penalty,test_penalty,kl_weight")
        try scratch.write(
            ([header] + reports.map(MetricsTable.row)).map { $0 + "\n" }.joined(), to: "m.csv")
        #expect(try MetricsTable.read(scratch.file("m.csv"), klWeight: 2) == reports)
        // What does not add up is damaged.
        for row in [
            "1,151.0,150.1,5.7,,,,1.0,2.0,0.8,,0.3", "1,151.0,150.1,5.7,,,,1.0,2.0",
            "1,151.0,150.1,5.7,,,,1.0,2.0,,,0.3",
            "1,151.0,150.1,5.7,,,,1.0,2.0,0.9,,-1", "1,151.0,150.1,5.7,,,,1.0,2.0,0.9,,",
            "1,151.0,150.1,5.7,151.0,150.0,1.0,1.0,2.0,0.9,,0.3",
        ] {
            try scratch.write(header + "\n" + row + "\n", to: "m.csv")
            let error = failure { () throws(VAEError) in
                try MetricsTable.read(scratch.file("m.csv"), klWeight: 2)
            }
            #expect(error?.kind == .invalidData, "\(row)")
        }
        try scratch.write(header + "\n1,151.0,150.1,5.7,,,,1.0,2.0,0.9,,0.3\n", to: "m.csv")
        #expect(try MetricsTable.read(scratch.file("m.csv"), klWeight: 2).count == 1)
    }

    @Test(arguments: [
        "", "epoch,loss\n1,2\n", "@\n1,2,3\n", "@1,3.0,1.0,2.0,,,,1.0,5.0,7\n",
        "@1,3.0,1.0,2.0,4.0,,,1.0,5.0\n",
        "@1,3.1,1.0,2.0,,,,1.0,5.0\n", "@one,3.0,1.0,2.0,,,,1.0,5.0\n", "@1,3.0,1.0,x,,,,1.0,5.0\n",
        "@2,3.0,1.0,2.0,,,,1.0,5.0\n1,3.0,1.0,2.0,,,,1.0,5.0\n", "@0,3.0,1.0,2.0,,,,1.0,5.0\n",
        "@1,3.0,1.0,2.0,,,,1.0,5.0\n\n", "@\u{0}\n", "other,columns\n1,3.0,1.0,2.0,,,,1.0,5.0\n",
        // A training loss that is not finite.
        "@1,nan,nan,2.0,,,,1.0,5.0\n", "@1,inf,1.0,inf,,,,1.0,5.0\n",
        // Times that are none, numbers that only Swift takes for some, a sum that is none of its parts'.
        "@1,3.0,1.0,2.0,,,,nan,5.0\n", "@1,3.0,1.0,2.0,,,,-1.0,5.0\n", "@1,3.0,1.0,2.0,,,,1.0,inf\n",
        "@1,0x3,1.0,2.0,,,,1.0,5.0\n", "@1,3.0\u{0}9,1.0,2.0,,,,1.0,5.0\n", "@+1,3.0,1.0,2.0,,,,1.0,5.0\n",
        "@01,3.0,1.0,2.0,,,,1.0,5.0\n", "@1,3.0,1.0,2.0,nan,1.0,2.0,1.0,5.0\n",
        "@1,3.0,1.0,2.0,3.0,nan,2.0,1.0,5.0\n", "@1,3.0,1.0,2.0,infinity,inf,2.0,1.0,5.0\n",
        // More epochs than a training may have; a row that is a number's zeros.
        "@1000001,3.0,1.0,2.0,,,,1.0,5.0\n",
        "@1,3.0,1.0,2.0,,,,1.0,\(String(repeating: "0", count: 5000))5.0\n",
    ])
    func damagedMetricsAreRefused(text: String) throws {
        let scratch = try Scratch()
        try scratch.write(text.replacingOccurrences(of: "@", with: header), to: "m.csv")
        let error = failure { () throws(VAEError) in try MetricsTable.read(scratch.file("m.csv"), klWeight: 1)
        }
        #expect(error?.kind == .invalidData && error?.subject == scratch.file("m.csv"))
        #expect(error?.expected != nil && error?.found != nil && error?.advice != nil)
    }

    private func record(data: RunRecord.Data) -> RunRecord {
        RunRecord(
            model: ModelConfiguration(latentSize: 3), training: TrainingConfiguration(seed: 7), parameters: 5,
            data: data,
            environment: RunRecord.Environment(
                version: "1", blas: "b", blasKernels: "k", products: "tiles", tiles: nil, processor: "p",
                threads: 2, started: "s",
                command: ["vae-train"]))
    }

    @Test func recordsComeBackAndSayWhichImages() throws {
        let scratch = try Scratch()
        try SyntheticDigits.dataset(trainCount: 30, testCount: 5).export(to: scratch.file("digits"))
        let request = DataRequest(.auto, path: scratch.file("digits"), limit: 20, seed: 7)
        let data = try request.load()
        let folder = try RunFolder(scratch.file("run"), dataset: "x")
        try folder.write(record(data: request.record(of: data)), to: RunFolder.configuration)

        let read = try RunRecord(contentsOf: folder.file(RunFolder.configuration))
        #expect(
            read.model.latentSize == 3 && read.training.seed == 7 && read.environment.command == ["vae-train"]
        )
        #expect(read.data.trainImages == 20 && read.data.testImages == 5 && read.data.limit == 20)
        #expect(try DataRequest(read).load() == data)
        try #expect(data.contentHash() == read.data.sha256)
    }

    @Test(arguments: [
        ("synthetic", nil, DatasetChoice.synthetic, nil as String?), ("mnist", nil, .mnist, nil),
        ("mnist", "/d/mnist", .mnist, "/d/mnist"), ("synthetic", "/d/synthetic", .auto, "/d/synthetic"),
        ("letters", "/d/letters", .auto, "/d/letters"),
    ])
    func imagesAreLookedForWhereTheyWere(
        name: String, folder: String?, choice: DatasetChoice, path: String?
    ) throws {
        let request = try DataRequest(
            record(
                data: RunRecord.Data(
                    name: name, source: "s", sha256: "h", trainImages: 1, testImages: 1, folder: folder,
                    limit: nil)))
        #expect(request.choice == choice && request.path == path && request.seed == 7)
    }

    @Test func imagesOfNoKnownPlaceNeedAFolder() {
        let error = failure { () throws(VAEError) in
            try DataRequest(
                record(
                    data: RunRecord.Data(
                        name: "letters", source: "s", sha256: "h", trainImages: 1, testImages: 1, folder: nil,
                        limit: nil)))
        }
        #expect(error?.kind == .missingInput && error?.advice?.contains("--data") == true)
    }

    /// Who opens a pipe waits for its other end: a run folder from elsewhere could hold a program up for ever.
    @Test(.timeLimit(.minutes(20)), arguments: ["config.json", "model.safetensors", "metrics.csv"])
    func pipesInARunFolderAreRefused(name: String) throws {
        let scratch = try Scratch()
        let model = try VariationalAutoencoder(ModelConfiguration(latentSize: 3))
        try model.write(to: scratch.file("model.safetensors"))
        let data = RunRecord.Data(
            name: "x", source: "s", sha256: "h", trainImages: 1, testImages: 1, folder: nil, limit: nil)
        let json = try JSONEncoder().encode(record(data: data))
        try scratch.write(String(decoding: json, as: UTF8.self), to: "config.json")
        try scratch.write(header, to: "metrics.csv")
        #expect(try SavedRun(folder: scratch.path).history().isEmpty)
        try FileManager.default.removeItem(atPath: scratch.file(name))
        #expect(mkfifo(scratch.file(name), 0o600) == 0)
        let error = failure { () throws(VAEError) in try SavedRun(folder: scratch.path) }
        #expect(error?.kind == .missingInput && error?.subject == scratch.file(name))
    }

    /// What is in the place of a file of the run may lead anywhere: nothing but the run folder is written to.
    @Test(arguments: [
        "config.json", "model.safetensors", "best.safetensors", "metrics.csv", "checkpoint.safetensors",
    ])
    func linksInARunFolderLeadNowhere(name: String) throws {
        let scratch = try Scratch()
        let path = scratch.file("run")
        do { _ = try FaultTests.begin(path) }
        try FileManager.default.moveItem(atPath: path + "/" + name, toPath: scratch.file("precious"))
        let before = try Data(contentsOf: URL(fileURLWithPath: scratch.file("precious")))
        #expect(symlink(scratch.file("precious"), path + "/" + name) == 0)
        let run = try InterruptedRun(path)
        let folder = try run.folder()
        try folder.write(run.record, to: RunFolder.configuration)
        try FaultTests.goOn(folder, run.store, run.trainer(epochs: nil, threads: 1))
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.file("precious"))) == before)
    }

    /// Nor do pipes hold a resumed run up.
    @Test(.timeLimit(.minutes(20)), arguments: ["config.json", "checkpoint.safetensors"])
    func pipesDoNotHoldAResumedRunUp(name: String) throws {
        let scratch = try Scratch()
        let path = scratch.file("run")
        do { _ = try FaultTests.begin(path) }
        try FileManager.default.removeItem(atPath: path + "/" + name)
        #expect(mkfifo(path + "/" + name, 0o600) == 0)
        let error = failure { () throws(VAEError) in try InterruptedRun(path) }
        #expect(error?.kind == .missingInput && error?.subject == path + "/" + name)
    }

    /// What is made of a data set's name, which is a folder's name, is one name in the folder for runs.
    @Test(arguments: ["../../escaped", "/etc", "a/b", "\u{1B}[31mred", "..", "e\u{301}\u{200D}\u{202E}x"])
    func namesDoNotLeaveTheFolder(name: String) throws {
        let made = RunFolder.name(for: name)
        #expect(!made.contains("/") && !made.contains("\u{1B}") && !made.hasPrefix("."))
        #expect(
            made.unicodeScalars.allSatisfy {
                $0.properties.isAlphabetic || "-_0123456789".unicodeScalars.contains($0)
            })
        #expect(RunFolder.name(for: String(repeating: "n", count: 1000)).utf8.count < 100)
    }

    @Test(arguments: [("{", "JSON"), ("[]", "another kind"), ("{\"parameters\": 3}", "no \"")])
    func damagedRecordsAreRefused(text: String, found: String) throws {
        let scratch = try Scratch()
        try scratch.write(text, to: "config.json")
        let error = failure { () throws(VAEError) in try RunRecord(contentsOf: scratch.file("config.json")) }
        #expect(
            error?.kind == .invalidData && error?.found?.contains(found) == true,
            "\(String(describing: error))")
    }
}
