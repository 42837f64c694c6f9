import Testing

@testable import Kernels

/// What a program does about the kernels that it finds, for every name that OpenBLAS 0.3.21 has.
@Suite struct KernelChoiceTests {
    /// All names of the build for many x86-64 processors, older ones included, by the registers of their kernels.
    static let names: [InstructionSet: [String]] = [
        .sse: [
            "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn",
            "Dunnington",
            "Nehalem", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Nano", "Bobcat",
        ],
        .avx: ["Sandybridge", "Bulldozer", "Piledriver", "Steamroller", "Excavator"],
        .avx2: ["Haswell", "Zen"],
        .avx512: ["SkylakeX", "Cooperlake"],
    ]

    /// Names of later versions, of other architectures, and none.
    static let unknown = [
        "Unknown", "GraniteRapids", "Zen6", "armv8", "neoversen1", "POWER9", "", "Z\u{301}en",
    ]

    static func decide(
        _ kernels: String, _ processor: Processor, setting: String? = nil,
        attempt: KernelChoice.Attempt? = nil,
        isDynamic: Bool = true, isRight: Bool = true
    ) -> KernelChoice.Decision {
        KernelChoice.decide(
            kernels: kernels, isDynamic: isDynamic, processor: processor, setting: setting, attempt: attempt,
            multipliesRightly: { isRight })
    }

    /// Every name on every processor: kept, or left for the fastest that the processor has.
    @Test(arguments: InstructionSet.allCases, [true, false])
    func olderKernelsMakeWay(widest: InstructionSet, isAMD: Bool) {
        let processor = Processor(widest: widest, isAMD: isAMD)
        let best: [InstructionSet: String] = [
            .avx: "Sandybridge", .avx2: isAMD ? "Zen" : "Haswell", .avx512: "SkylakeX",
        ]
        for (set, names) in Self.names {
            for name in names {
                for kernels in [name, name.uppercased()] {
                    let decision = Self.decide(kernels, processor)
                    if set < widest {
                        #expect(
                            decision
                                == .beginAgain(
                                    .init(ownChoice: kernels, coreType: best[widest])))
                    } else {
                        guard case .keep(let choice) = decision else {
                            Issue.record("\(kernels) on \(processor): \(decision)")
                            continue
                        }
                        #expect(choice.chooser == .openBLAS && choice.ownChoice == kernels && !choice.isOlder)
                        #expect(choice.warning == nil && (choice.rightCoreType == nil) == (set == widest))
                    }
                }
            }
        }
    }

    /// A name that is not known is that of a processor that is newer than this table.
    @Test(arguments: unknown)
    func unknownKernelsAreKept(kernels: String) {
        for widest in [nil] + InstructionSet.allCases.map(Optional.some) {
            for isAMD in [true, false] {
                let decision = Self.decide(kernels, Processor(widest: widest, isAMD: isAMD))
                guard case .keep(let choice) = decision else {
                    Issue.record("\(decision)")
                    continue
                }
                #expect(!choice.isOlder && choice.rightCoreType == nil && choice.warning == nil)
            }
        }
    }

    /// Excavators have AVX2 in halves of 128 bits, and kernels of their own that are AVX.
    @Test func theBulldozerFamilyKeepsItsOwn() {
        for widest in [InstructionSet.avx, .avx2] {
            let processor = Processor(widest: widest, isAMD: true, hasFMA4: true)
            for name in ["Bulldozer", "Piledriver", "Steamroller", "Excavator"] {
                guard case .keep = Self.decide(name, processor) else {
                    Issue.record("\(name)")
                    continue
                }
            }
            #expect(
                Self.decide("Barcelona", processor)
                    == .beginAgain(.init(ownChoice: "Barcelona", coreType: "Bulldozer")))
        }
    }

    /// Nothing is known of other architectures' kernels but whether they multiply rightly.
    @Test func otherArchitecturesAreLeftAlone() {
        for isRight in [true, false] {
            guard case .keep(let choice) = Self.decide("Prescott", Processor(widest: nil), isRight: isRight)
            else {
                Issue.record("began again")
                return
            }
            #expect(choice.chooser == .openBLAS && (choice.warning == nil) == isRight)
        }
    }

    /// A build for one kind of processor has no other kernels to begin with.
    @Test func aBuildForOneProcessorIsKept() throws {
        let decision = Self.decide("Nehalem", Processor(widest: .avx512), isDynamic: false)
        guard case .keep(let choice) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(choice.isOlder && choice.rightCoreType == nil)
        #expect(try #require(choice.warning).contains("no others"))
        let wrong = Self.decide("Nehalem", Processor(widest: .avx512), isDynamic: false, isRight: false)
        guard case .keep(let kept) = wrong else {
            Issue.record("\(wrong)")
            return
        }
        #expect(try #require(kept.warning).contains("do not trust"))
    }

    // MARK: What the user set

    /// It is kept, old, new, wrong or unknown, and warned of where it is old, or can't run.
    @Test func theUsersSettingIsKept() throws {
        for (set, names) in Self.names {
            for name in names {
                for widest in InstructionSet.allCases {
                    let decision = Self.decide(
                        name, Processor(widest: widest), setting: name.lowercased(), isRight: false)
                    guard case .keep(let choice) = decision else {
                        Issue.record("\(decision)")
                        continue
                    }
                    #expect(choice.chooser == .user && choice.ownChoice == nil)
                    #expect(choice.isOlder == (set < widest) && choice.isTooNew == (set > widest))
                    let warning = try #require(choice.warning)
                    // What the processor can't run is not tried.
                    #expect(warning.contains("multiply wrongly") == (set <= widest), "\(warning)")
                    guard set != widest else {
                        #expect(warning.hasSuffix(": unset it") && choice.rightCoreType == nil)
                        continue
                    }
                    #expect(!warning.contains("\n"))
                    #expect(warning.contains("OPENBLAS_CORETYPE=\(name.lowercased())"), "\(warning)")
                    #expect(try warning.contains(#require(choice.rightCoreType)), "\(warning)")
                }
            }
        }
    }

    /// One that multiplies rightly and fits is not spoken of; one that the build does not know is not said to be in use.
    @Test func whatTheSettingDoesIsSaid() throws {
        func choice(_ kernels: String, setting: String) throws -> KernelChoice {
            let decision = Self.decide(kernels, Processor(widest: .avx512), setting: setting)
            guard case .keep(let choice) = decision else { throw CancellationError() }
            return choice
        }
        #expect(try choice("SkylakeX", setting: "SKYLAKEX").warning == nil)
        #expect(try choice("SkylakeX", setting: "nonesuch").warning == nil)
        let ignored = try choice("Prescott", setting: "nonesuch")
        #expect(
            try #require(ignored.warning)
                == "OpenBLAS does not use OPENBLAS_CORETYPE=nonesuch, but its kernels for Prescott (SSE), "
                + "older than this processor (AVX-512): unset it, or set it to SkylakeX")
        #expect(ignored.phrase.hasPrefix("Prescott (SSE), chosen by OpenBLAS, which does not use"))
    }

    @Test func anEmptySettingIsNone() {
        let processor = Processor(widest: .avx512)
        #expect(Self.decide("Zen", processor, setting: "") == Self.decide("Zen", processor))
    }

    // MARK: Kernels that multiply wrongly

    /// OpenBLAS's own choice is wrong: all others that the processor can run come in turn, the fastest first, and then an end.
    @Test func wrongKernelsMakeWay() throws {
        for (processor, own, expected) in [
            (Processor(widest: .avx512), "Cooperlake", ["SkylakeX", "Haswell", "Sandybridge", "Prescott"]),
            (
                Processor(widest: .avx512, isAMD: true), "SkylakeX",
                ["Zen", "Haswell", "Sandybridge", "Prescott"]
            ),
            (Processor(widest: .avx2, isAMD: true), "Zen", ["Haswell", "Sandybridge", "Prescott"]),
            (Processor(widest: .avx2), "Mystery", ["Haswell", "Sandybridge", "Prescott"]),
            (Processor(widest: .sse), "Prescott", []),
        ] {
            let (tried, last) = try Self.starts(own, processor) { _ in false }
            #expect(tried == expected)
            #expect(last.chooser == .openBLAS && last.kernels == own && last.rejected == [own] + expected)
            #expect(try #require(last.warning).contains("do not trust"))
            #expect(last.rightCoreType == nil)
        }
    }

    /// Older kernels make way for the first of the better ones that multiply rightly, and stay where none does.
    @Test func aWrongCandidateLeadsToTheNext() throws {
        let processor = Processor(widest: .avx512)
        let (tried, last) = try Self.starts("Prescott", processor) { $0 != "SkylakeX" }
        #expect(tried == ["SkylakeX", "Haswell"])
        #expect(last.chooser == .program && last.kernels == "Haswell" && last.ownChoice == "Prescott")
        #expect(last.rejected == ["SkylakeX"] && last.isOlder && last.rightCoreType == nil)
        #expect(try #require(last.warning).contains("SkylakeX"))

        let (all, kept) = try Self.starts("Prescott", processor) { $0 == "Prescott" }
        #expect(all == ["SkylakeX", "Haswell", "Sandybridge"])
        #expect(kept.chooser == .openBLAS && kept.kernels == "Prescott" && kept.rejected == all)
        let (_, sound) = try Self.starts("Prescott", processor) { _ in true }
        #expect(sound.chooser == .program && sound.kernels == "SkylakeX" && sound.warning == nil)
        #expect(sound.phrase.contains("Prescott") && sound.phrase.contains("older than this processor"))
    }

    /// A build that lacks the kernels takes others without a word: that start is not what was asked for.
    @Test func missingKernelsLeadToTheNext() throws {
        let (tried, last) = try Self.starts("Nehalem", Processor(widest: .avx512), lacking: ["SkylakeX"]) {
            _ in true
        }
        #expect(tried == ["SkylakeX", "Haswell"] && last.kernels == "Haswell")
        let (all, kept) = try Self.starts(
            "Nehalem", Processor(widest: .avx512), lacking: ["SkylakeX", "Haswell", "Sandybridge"]
        ) { _ in true }
        #expect(all == ["SkylakeX", "Haswell", "Sandybridge"] && kept.kernels == "Nehalem" && kept.isOlder)
        #expect(try #require(kept.warning).contains("missing"))
    }

    /// The starts of a program on a machine where OpenBLAS chooses `own`, and how they end.
    static func starts(
        _ own: String, _ processor: Processor, lacking: [String] = [], _ isRight: (String) -> Bool
    ) throws -> (tried: [String], KernelChoice) {
        var tried: [String] = []
        var attempt: KernelChoice.Attempt?
        // There are not twenty kinds of kernels to try: this ends, or the test fails.
        for _ in 0..<20 {
            let asked = attempt?.coreType
            let kernels = asked.flatMap { lacking.contains($0) ? nil : $0 } ?? own
            let decision = decide(kernels, processor, attempt: attempt, isRight: isRight(kernels))
            switch decision {
            case .keep(let choice): return (tried, choice)
            case .beginAgain(let next):
                if let name = next.coreType { tried.append(name) }
                attempt = next
            }
        }
        throw Endless()
    }

    struct Endless: Error {}
}
