import Foundation
import Testing
import VAE

/// Runs with other distributions than Bernoulli's and Gauss's, from training to every command that reads them.
@Suite struct LikelihoodCommandTests {
    let train = Tool("vae-train")
    let tool = Tool("vae")
    let scratch = try! Scratch()

    @Test(arguments: [
        ("continuous-bernoulli", "continuous Bernoulli"), ("laplace", "Laplace"),
        ("student-t", "Student t"), ("logistic-mixture", "logistic mixture"),
    ])
    func everyCommand(likelihood: String, name: String) throws {
        let data = try scratch.digits(train: 256, test: 40)
        let flags = data + ["--likelihood", likelihood, "--batch-size", "32", "--no-figures"]
        let trained = try train.run(flags + ["--epochs", "2", "--out", scratch.file("run")])
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(trained.errors.contains("\(name) likelihood"), "\(trained.errors)")
        #expect(try scratch.text("run/config.json").contains("\"likelihood\" : \"\(likelihood)\""))

        // In two parts and on other threads: the same bits.
        let first = try train.run(flags + ["--epochs", "1", "--threads", "1", "--out", scratch.file("two")])
        #expect(first.status == 0, "\(first.errors)")
        let second = try train.run([
            "--resume", scratch.file("two"), "--epochs", "2", "--threads", "3", "--no-figures",
        ])
        #expect(second.status == 0, "\(second.errors)")
        #expect(
            try scratch.bytes("two/model.safetensors") == scratch.bytes("run/model.safetensors"))

        let info = try tool("info", scratch.file("run"))
        #expect(info.status == 0 && info.output.contains("\(likelihood) pixels"), "\(info.output)")
        let evaluated = try tool("evaluate", scratch.file("run"), "--samples", "4")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let file = try scratch.text("run/evaluation.json")
        #expect(
            file.contains("\"likelihood\" : \"\(likelihood)\"") && file.contains("\"is_likelihood\" : true"))
        // No floor of cross-entropy, and no word of it.
        #expect(!file.contains("grey_entropy") && !evaluated.output.contains("entropy"))
        let ranked = try tool("anomalies", scratch.file("run"), "--samples", "4")
        #expect(ranked.status == 0 && !ranked.errors.contains("grey"), "\(ranked.errors)")
        let drawn = try tool("sample", scratch.file("run"), "-n", "3", "--out", scratch.file("some.npy"))
        #expect(drawn.status == 0, "\(drawn.errors)")
        #expect(try tool("plot", scratch.file("run")).status == 0)
        #expect(try scratch.text("run/report.html").contains(likelihood))
    }

    /// A table has other values than those from 0 to 1.
    @Test(arguments: ["continuous-bernoulli", "logistic-mixture"])
    func tablesAreRefused(likelihood: String) throws {
        let path = scratch.file("t.csv")
        try Data("a,b\n1,2\n3,4\n5,7\n2,2\n".utf8).write(to: URL(fileURLWithPath: path))
        let outcome = try train.run([
            "--data", path, "--likelihood", likelihood, "--out", scratch.file("run"),
        ])
        #expect(outcome.status == 64 && outcome.errors.contains("--likelihood"), "\(outcome.errors)")
        #expect(outcome.errors.contains("gaussian-value"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: scratch.file("run")))
    }

    /// Pictures of more than 8 bits have other values than the levels.
    @Test func mixturesAreOfBytes() throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (40, 4, 4), }"
        let padding = String(repeating: " ", count: 117 - header.utf8.count) + "\n"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array((header + padding).utf8)
        for index in 0..<40 * 16 {
            withUnsafeBytes(of: (Float(index % 97) / 97).bitPattern.littleEndian) { bytes += $0 }
        }
        try scratch.write(bytes, to: "x.npy")
        let outcome = try train.run([
            "--data", scratch.file("x.npy"), "--likelihood", "logistic-mixture", "--filters", "none", "--out",
            scratch.file("run"),
        ])
        #expect(outcome.status == 64 && outcome.errors.contains("8-bit"), "\(outcome.errors)")
    }

    /// A table by a likelihood of any numbers: evaluated, ranked, and its columns named.
    @Test(arguments: ["laplace", "student-t"])
    func tables(likelihood: String) throws {
        var text = "a,b,c\n"
        for row in 0..<200 {
            let (x, y) = (Double(row % 17), Double(row * 7 % 23))
            text += "\(x),\(x + 2 * y),\(row == 150 ? 900 : y)\n"
        }
        let path = scratch.file("t.csv")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let trained = try train.run([
            "--data", path, "--likelihood", likelihood, "--epochs", "3", "--no-figures", "--out",
            scratch.file("run"),
        ])
        #expect(trained.status == 0, "\(trained.errors)")
        let evaluated = try tool("evaluate", scratch.file("run"), "--samples", "4")
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        let ranked = try tool("anomalies", scratch.file("run"), path, "--samples", "4", "-n", "1")
        #expect(ranked.status == 0, "\(ranked.errors)")
        // Row 151 of the file, and its third column.
        #expect(ranked.output.split(separator: "\n")[1].contains("c "), "\(ranked.output)")
        #expect(try tool("sample", scratch.file("run"), "--out", scratch.file("s.csv")).status == 0)
    }

    @Test func helpNamesThem() throws {
        let help = try train("--help").output
        for likelihood in Likelihood.allCases { #expect(help.contains(likelihood.rawValue)) }
    }
}
