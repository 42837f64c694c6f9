import Foundation
import Testing
import VAE
import VAECore
import VAEData

/// Tables of images whose classes have names, and the test set that is held out of pictures in folders.
@Suite struct ClassColumnTests {
    private let tool = Tool("vae")
    private let scratch = try! Scratch()

    /// A run on 20 pictures of "ants" and 30 of "bees, wasps", without a test set; what it said of its data.
    private func train() throws -> String {
        let trained = try Trained.shared.get()
        let drawn = try tool("sample", trained.file("run"), "-n", "50", "--out", scratch.file("drawn/"))
        try #require(drawn.status == 0, "\(drawn.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: scratch.file("drawn")).sorted()
        for (index, name) in names.enumerated() {
            let folder = scratch.file(index < 20 ? "insects/ants" : "insects/bees, wasps")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.moveItem(
                atPath: scratch.file("drawn/\(name)"), toPath: "\(folder)/\(name)")
        }
        let outcome = try Tool("vae-train")(
            "--data", scratch.file("insects"), "--filters", "none", "--hidden", "4", "--latent-dim", "2",
            "--epochs", "1", "--no-figures", "--out", scratch.file("run"))
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.errors
    }

    @Test func tablesNameTheClass() throws {
        let said = try train()
        #expect(said.contains("45 training and 5 test images"), "\(said)")
        #expect(
            said.contains("5 of 50 images held out as the test set, drawn evenly from 2 classes"), "\(said)")
        let config = try scratch.text("run/config.json")
        #expect(
            config.contains("drawn evenly from 2 classes") && config.contains(#""holdOut" : "stratified""#))

        let encoded = try tool("encode", scratch.file("run"), "--out", scratch.file("z.csv"))
        #expect(encoded.status == 0, "\(encoded.errors)")
        let rows = try scratch.text("z.csv").split(separator: "\n").map(String.init)
        #expect(rows.count == 6 && rows[0] == "image,label,class,z1,z2")
        for (index, row) in rows.dropFirst().enumerated() {
            #expect(row.hasPrefix(index < 2 ? "\(index),0,ants," : "\(index),1,\"bees, wasps\","), "\(row)")
        }
        // The reader of points passes over the column.
        #expect(try LatentTable.read(scratch.file("z.csv"), latentSize: 2).count == 10)

        let ranked = try tool(
            "anomalies", scratch.file("run"), "--by", "loss", "--out", scratch.file("a.csv"))
        #expect(ranked.status == 0, "\(ranked.errors)")
        let ranks = try scratch.text("a.csv").split(separator: "\n").map(String.init)
        #expect(
            ranks[0] == "rank,image,label,class,loss,standard_error,reconstruction_at_mean,kl_at_mean")
        #expect(ranks.count == 6)
        // So does what people read.
        let table = try tool("anomalies", scratch.file("run"), "--by", "loss")
        #expect(table.output.contains(#/rank +image +class /#), "\(table.output)")
        #expect(table.output.contains(#/\d +bees, wasps /#) && table.output.contains(#/\d +ants /#))
        for row in ranks.dropFirst() {
            let isAnt = row.split(separator: ",")[2] == "0"
            #expect(row.contains(isAnt ? ",0,ants," : ",1,\"bees, wasps\","), "\(row)")
        }

        // Of pictures that are named, their folders' names.
        let named = try tool("encode", scratch.file("run"), scratch.file("insects"))
        #expect(named.status == 0 && named.output.hasPrefix("image,"), "\(named.errors)")
        let labelled = named.output.hasPrefix("image,label,")
        #expect(!labelled || named.output.hasPrefix("image,label,class,"))
    }
}
