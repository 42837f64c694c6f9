import Glibc
import Synchronization

extension OpenBLAS {
    /// Which kernels are in use, and who chose them.
    package static var choice: KernelChoice {
        chosen.withLock { chosen in
            if let chosen { return chosen }
            // A library can't begin a program again: whatever OpenBLAS took is kept.
            let found = KernelChoice(
                kernels: core, setting: variable(coreType), processor: .current, isDynamic: isDynamic)
            chosen = found
            return found
        }
    }

    /// Begins the program again where OpenBLAS should use other kernels than it does, which it chooses when it is loaded.
    ///
    /// To be called before anything else is done. The program that begins again is the same process with the same arguments,
    /// streams and signals, and nothing of this is left in its environment. Where it can't begin again it goes on, and
    /// `choice.failure` says why.
    package static func settleKernels() {
        let attempt = takeAttempt()
        let decision = KernelChoice.decide(
            kernels: core, isDynamic: isDynamic, processor: .current, setting: variable(coreType),
            attempt: attempt, multipliesRightly: { ProductCheck.passes() })
        switch decision {
        case .keep(let choice): chosen.withLock { $0 = choice }
        case .beginAgain(let next):
            let failure = beginAgain(next)
            var choice = KernelChoice(
                kernels: core, chooser: attempt == nil ? .openBLAS : .program, ownChoice: next.ownChoice,
                setting: nil, rejected: next.rejected, processor: .current, isDynamic: isDynamic)
            choice.failure = failure
            chosen.withLock { $0 = choice }
        }
    }

    private static let chosen = Mutex<KernelChoice?>(nil)
    private static let coreType = "OPENBLAS_CORETYPE"
    /// Tells a program that began again what it is: the number of its process, its name, and the attempt.
    private static let attemptVariable = "VAE_OPENBLAS_ATTEMPT"

    private static var isDynamic: Bool { configuration.contains("DYNAMIC_ARCH") }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The attempt that this start of the program is, nil for the first. The environment is afterwards as the user had it, for the programs
    /// that this one starts.
    private static func takeAttempt() -> KernelChoice.Attempt? {
        guard let text = variable(attemptVariable) else { return nil }
        unsetenv(attemptVariable)
        // Exactly this process: a program that another one started, and that inherited the variable, is none that began again.
        let fields = text.split(separator: "\n", maxSplits: 3, omittingEmptySubsequences: false).map(
            String.init)
        guard fields.count == 4, fields[0] == "\(getpid())" else { return nil }
        let asked = variable(coreType)
        unsetenv(coreType)
        // The kernel names a process after the file that it runs, and that was /proc/self/exe.
        if let file = fopen(nameFile, "w") {
            fputs(fields[3], file)
            fclose(file)
        }
        return KernelChoice.Attempt(
            ownChoice: fields[1], rejected: fields[2].split(separator: ",").map(String.init), coreType: asked)
    }

    /// The name of this process, as `ps` shows it.
    private static let nameFile = "/proc/self/comm"

    private static var name: String {
        guard let file = fopen(nameFile, "r") else { return "" }
        defer { fclose(file) }
        // 15 bytes and a line feed.
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// - Returns: the system's error; nothing where it succeeds.
    private static func beginAgain(_ attempt: KernelChoice.Attempt) -> Int32 {
        let fields = [
            "\(getpid())", attempt.ownChoice, attempt.rejected.joined(separator: ","), name,
        ]
        let before = variable(coreType)
        defer {
            unsetenv(attemptVariable)
            if let before { setenv(coreType, before, 1) } else { unsetenv(coreType) }
        }
        // Without the first of them the program would begin again for ever.
        guard setenv(attemptVariable, fields.joined(separator: "\n"), 1) == 0 else { return errno }
        if let name = attempt.coreType {
            guard setenv(coreType, name, 1) == 0 else { return errno }
        } else {
            unsetenv(coreType)
        }
        execv("/proc/self/exe", CommandLine.unsafeArgv)
        return errno
    }
}

extension KernelChoice {
    /// The choice of a process that takes what it finds.
    fileprivate init(kernels: String, setting: String?, processor: Processor, isDynamic: Bool) {
        let isSet = !(setting ?? "").isEmpty
        self.init(
            kernels: kernels, chooser: isSet ? .user : .openBLAS, ownChoice: isSet ? nil : kernels,
            setting: isSet ? setting : nil, rejected: [], processor: processor, isDynamic: isDynamic)
    }
}
