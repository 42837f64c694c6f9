import Glibc

/// The resources of the machine that this process may use.
public enum Machine {
    /// Physical cores that this process may use: hyper-threads of one core count once, and an affinity mask (`taskset`, a
    /// container's cpuset) and a quota of processor time (of a container or a batch job, rounded up) are respected. At least 1.
    ///
    /// Matrix products keep a core's arithmetic units busy by themselves, so a second hyper-thread adds nothing; more threads than a
    /// quota has processors are stopped for a part of the time, all at once.
    public static var physicalCores: Int {
        cores(allowedPhysicalCores, within: processorQuota)
    }

    /// Processors' worth of time that this process may take, such as 1.5; nil where there is no quota.
    package static var processorQuota: Double? { ControlGroups().processors }

    /// The number of `cores` that a quota keeps busy; at least 1.
    static func cores(_ cores: Int, within quota: Double?) -> Int {
        max(1, Int(min(Double(cores), (quota ?? .infinity).rounded(.up))))
    }

    private static var allowedPhysicalCores: Int { ProcessorTopology(allowed: allowedProcessors).cores.count }

    /// Processors that this process may run on, hyper-threads counted. At least 1.
    package static var processors: Int { max(allowedProcessors.count, 1) }

    /// The processor's name as the kernel gives it, such as "AMD EPYC 9354", or "unknown processor".
    package static var processorName: String {
        value(of: "model name", in: "/proc/cpuinfo") ?? "unknown processor"
    }

    /// The largest resident set of this process so far, in bytes; 0 where the kernel does not say.
    package static var peakMemory: Int {
        let kilobytes = value(of: "VmHWM", in: "/proc/self/status")?.prefix { $0.isNumber }
        return kilobytes.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
    }

    /// Bytes that this process can still have: what the machine has left with its swap space, what its control groups
    /// may have (a container's limit, a batch job's), and what its address space may grow by (`ulimit -v`), whichever is least.
    package static var availableMemory: Int {
        func kilobytes(_ name: String, _ path: String) -> Int? {
            value(of: name, in: path).flatMap { Int($0.prefix { $0.isNumber }) }.map { $0 << 10 }
        }
        var least = Int.max
        if let free = kilobytes("MemAvailable", "/proc/meminfo") {
            least = free + (kilobytes("SwapFree", "/proc/meminfo") ?? 0)
        }
        // What the group has in use holds caches that would make room; what this process has would not.
        let resident = kilobytes("VmRSS", "/proc/self/status") ?? 0
        if let limit = ControlGroups().memory { least = min(least, limit - resident) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max),
            let size = kilobytes("VmSize", "/proc/self/status")
        {
            least = min(least, Int(limit.rlim_cur) - size)
        }
        return max(least, 0)
    }

    /// Numbers of the processors that the affinity mask allows.
    private static var allowedProcessors: [Int] {
        value(of: "Cpus_allowed_list", in: "/proc/self/status").map(numbers) ?? []
    }

    /// The numbers of a list such as "0-3,8".
    static func numbers(in list: String) -> [Int] {
        list.split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 16 else {
                return []
            }
            return Array(first...last)
        }
    }

    /// The text that follows `name` and a colon in a file of such lines.
    private static func value(of name: String, in path: String) -> String? {
        for line in lines(of: path) where line.hasPrefix(name) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" })
        }
        return nil
    }

    /// The lines of a small text file, none when it can't be read. Files under /proc have no size to ask for.
    /// - Parameter limit: how many bytes of it are read
    static func lines(of path: String, limit: Int = 1 << 16) -> [String] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[0..<count], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
