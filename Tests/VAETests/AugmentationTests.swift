import Foundation
import Kernels
import Testing
import VAECore

@testable import VAE

@Suite("Augmentation, its text and its draws")
struct AugmentationTests {
    static let all = Augmentation(flip: true, shift: 2, rotation: 10, brightness: 0.1)

    static let texts: [(String, Augmentation)] = [
        ("flip", Augmentation(flip: true)), ("shift:3", Augmentation(shift: 3)),
        ("rotate:180", Augmentation(rotation: 180)), ("rotate:0.5", Augmentation(rotation: 0.5)),
        ("brightness:1", Augmentation(brightness: 1)),
        ("flip,shift:2,rotate:10,brightness:0.1", all), ("none", Augmentation()),
    ]

    @Test(arguments: texts)
    func textsAreReadAndWritten(text: String, augmentation: Augmentation) throws {
        #expect(try Augmentation(text) == augmentation)
        #expect(augmentation.description == text)
        try augmentation.validate()
        let json = try JSONEncoder().encode(augmentation)
        #expect(try JSONDecoder().decode(Augmentation.self, from: json) == augmentation)
    }

    @Test func anyOrderWillDo() throws {
        #expect(try Augmentation("brightness:0.1,rotate:1e1,flip,shift:+2") == Self.all)
        // A number that takes all its digits comes back.
        let third = Augmentation(rotation: 1.0 / 3, brightness: 1e-7)
        #expect(try Augmentation(third.description) == third)
    }

    @Test(arguments: [
        "", ",", "flip,", ",flip", "blur", "Flip", " flip", "flip,flip", "shift:1,flip,shift:1", "flip:1",
        "flip:",
        "shift", "shift:", "shift:0", "shift:-1", "shift:1.5", "shift:16385", "shift:99999999999999999999",
        "shift:1:2", "rotate", "rotate:0", "rotate:-1", "rotate:180.1", "rotate:nan", "rotate:inf",
        "rotate:x",
        "brightness:0", "brightness:1.01", "brightness:nan", "brightness:-0.1", "none,flip", "flip,none",
    ])
    func otherTextsAreRefused(text: String) {
        let error = failure { () throws(VAEError) in _ = try Augmentation(text) }
        #expect(error?.kind == .invalidArgument && error?.subject == "augmentation", "\(text)")
        #expect(error?.expected != nil && error?.found != nil)
    }

    /// What the errors say, and that a long text does not come back whole.
    @Test func errorsNameThePart() {
        func error(_ text: String) -> String {
            failure { () throws(VAEError) in _ = try Augmentation(text) }?.description ?? "none"
        }
        #expect(error("flip,blur:2").contains("\"blur:2\"") && error("flip,blur:2").contains("rotate:D"))
        #expect(error("flip,flip").contains("names flip twice"))
        #expect(error("rotate:200").contains("at most 180 degrees, found \"rotate:200\""))
        #expect(error(String(repeating: "x", count: 100_000)).count < 300)
        #expect(error("shift:" + String(repeating: "9", count: 100_000)).count < 300)
    }

    static let invalid = [
        Augmentation(shift: -1), Augmentation(shift: .max), Augmentation(rotation: -1),
        Augmentation(rotation: 181), Augmentation(rotation: .nan), Augmentation(brightness: -0.1),
        Augmentation(brightness: 1.1), Augmentation(brightness: .nan),
    ]

    @Test(arguments: invalid)
    func numbersOutOfRange(augmentation: Augmentation) {
        let error = failure { () throws(VAEError) in
            _ = try Trainer(smallModel, TrainingConfiguration(augmentation: augmentation), threads: 1)
        }
        #expect(error?.kind == .invalidArgument && error?.subject == "augmentation")
        #expect(error?.expected != nil && error?.found != nil)
    }

    /// Images of 5×7 pixels can be moved by 6.
    @Test func imagesStayInSight() throws {
        _ = try Trainer(
            smallModel, TrainingConfiguration(augmentation: Augmentation(shift: 6)), threads: 1)
        let error = failure { () throws(VAEError) in
            _ = try Trainer(
                smallModel, TrainingConfiguration(augmentation: Augmentation(shift: 7)), threads: 1)
        }
        #expect(error?.subject == "augmentation" && error?.found == "7")
        #expect(error?.expected?.contains("below 7 pixels") == true)
    }

    /// A training without it is written as it was before there was any, and what was written then is read.
    @Test func configurationsOfBefore() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let plain = String(decoding: try encoder.encode(TrainingConfiguration()), as: UTF8.self)
        #expect(
            plain == """
                {"batchSize":128,"beta1":0.9,"beta2":0.999,"epochs":15,"epsilon":1e-07,"klWeight":1,\
                "learningRate":0.001,"schedule":{"decay":"constant","stepEpochs":10,"stepFactor":0.1,\
                "warmUpEpochs":0},"seed":0}
                """)
        #expect(
            try JSONDecoder().decode(TrainingConfiguration.self, from: Data(plain.utf8))
                == TrainingConfiguration())
        let with = TrainingConfiguration(augmentation: Self.all)
        let json = String(decoding: try encoder.encode(with), as: UTF8.self)
        #expect(
            json.contains(#""augmentation":{"brightness":0.1,"flip":true,"rotation":10,"shift":2}"#),
            "\(json)"
        )
        #expect(try JSONDecoder().decode(TrainingConfiguration.self, from: Data(json.utf8)) == with)
        // Fewer numbers than there are: the others are 0.
        let some = json.replacing(#""brightness":0.1,"flip":true,"#, with: "")
        #expect(
            try JSONDecoder().decode(TrainingConfiguration.self, from: Data(some.utf8)).augmentation
                == Augmentation(shift: 2, rotation: 10))
    }

    private func draw(_ augmentation: Augmentation, _ item: Int) -> ImageTransform {
        augmentation.draw(from: RandomStream(seed: 5, purpose: .augmentation, epoch: 2, item: item))
    }

    /// Frequencies within five standard deviations of n draws, √(p(1 − p)/n); the seed is fixed, so that this holds or doesn't.
    @Test func drawsAreUniform() {
        let draws = 20_000
        let augmentation = Augmentation(flip: true, shift: 3, rotation: 20, brightness: 0.3)
        let drawn = (0..<draws).map { draw(augmentation, $0) }
        func expect(_ p: Double, _ what: String, _ isSo: (ImageTransform) -> Bool) {
            let share = Double(drawn.count(where: isSo)) / Double(draws)
            #expect(abs(share - p) <= 5 * (p * (1 - p) / Double(draws)).squareRoot(), "\(what): \(share)")
        }
        expect(0.5, "mirrored") { $0.isMirrored }
        for steps in -3...3 {
            expect(1.0 / 7, "right \(steps)") { $0.right == steps }
            expect(1.0 / 7, "down \(steps)") { $0.down == steps }
            // One draw says nothing about another.
            expect(1.0 / 49, "both") { $0.right == steps && $0.down == -steps }
            expect(1.0 / 14, "mirrored, right \(steps)") { $0.isMirrored && $0.right == steps }
        }
        for tenth in 0..<10 {
            let (from, to) = (Double(tenth) / 5 - 1, Double(tenth + 1) / 5 - 1)
            expect(0.1, "angle") { $0.turns * 360 / 20 >= from && $0.turns * 360 / 20 < to }
            expect(0.1, "factor") {
                (Double($0.brightness) - 1) / 0.3 >= from && (Double($0.brightness) - 1) / 0.3 < to
            }
        }
        expect(0.25, "angle and factor") { $0.turns > 0 && $0.brightness > 1 }
        // Half a unit in the last place of 1.3 is what rounding to Float adds.
        #expect(
            drawn.allSatisfy {
                abs($0.turns) <= 20.0 / 360 && abs(Double($0.brightness) - 1) <= 0.3 + 0x1p-24
            })
    }

    /// One more kind of change leaves the draws of the others as they are; what is not asked for is not done.
    @Test func kindsDoNotDisturbEachOther() {
        for item in 0..<100 {
            let all = draw(Self.all, item)
            #expect(draw(Augmentation(flip: true), item) == ImageTransform(isMirrored: all.isMirrored))
            #expect(
                draw(Augmentation(shift: 2), item) == ImageTransform(right: all.right, down: all.down))
            #expect(draw(Augmentation(rotation: 10), item) == ImageTransform(turns: all.turns))
            #expect(draw(Augmentation(brightness: 0.1), item) == ImageTransform(brightness: all.brightness))
            #expect(draw(Augmentation(), item) == ImageTransform())
        }
    }

    @Test func drawsAreNamedBySeedEpochAndImage() {
        func draw(_ seed: UInt64, _ epoch: Int, _ item: Int) -> ImageTransform {
            Self.all.draw(
                from: RandomStream(seed: seed, purpose: .augmentation, epoch: epoch, item: item))
        }
        let first = draw(1, 1, 1)
        #expect(draw(1, 1, 1) == first)
        for other in [draw(2, 1, 1), draw(1, 2, 1), draw(1, 1, 2)] { #expect(other != first) }
    }
}
