import Foundation
import Testing

/// A clock that is set while a run goes on.
@Suite struct ClockTests {
    /// Stands in front of the system's clocks that tell the time of day: every question is answered with another year.
    private static let jumping = """
        #include <stdatomic.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        static atomic_ulong asked;

        static long jump(void) {
            unsigned long n = atomic_fetch_add(&asked, 1) * 6364136223846793005ul + 1442695040888963407ul;
            return (long)(n >> 33) - (1l << 29);
        }

        int clock_gettime(clockid_t clock, struct timespec *now) {
            int result = (int)syscall(SYS_clock_gettime, clock, now);
            if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI) now->tv_sec += jump();
            return result;
        }

        int gettimeofday(struct timeval *now, void *zone) {
            struct timespec time;
            clock_gettime(CLOCK_REALTIME, &time);
            now->tv_sec = time.tv_sec;
            now->tv_usec = time.tv_nsec / 1000;
            return 0;
        }

        time_t time(time_t *now) {
            struct timespec time;
            clock_gettime(CLOCK_REALTIME, &time);
            if (now) *now = time.tv_sec;
            return time.tv_sec;
        }
        """

    /// No decision is taken by the time of day, and no duration measured with it.
    @Test(.enabled(if: Clang.isThere && !isSanitized, "needs clang, and no sanitizer before it"))
    func theTimeOfDayDecidesNothing() throws {
        let scratch = try Scratch()
        let tool = Tool("vae-train")
        try scratch.write(Array(Self.jumping.utf8), to: "jumping.c")
        try Clang.compile(scratch.file("jumping.c"), to: scratch.file("jumping.so"))
        let arguments =
            try scratch.digits() + [
                "--epochs", "4", "--batch-size", "16", "--checkpoint-every", "0.05s", "--no-figures",
                "--film",
            ]
        let clocks = ["LD_PRELOAD": scratch.file("jumping.so")]
        let plain = try tool.run(arguments + ["--out", scratch.file("plain")])
        let start = ContinuousClock.now
        let outcome = try tool.run(arguments + ["--out", scratch.file("jumped")], environment: clocks)
        let took = (ContinuousClock.now - start) / .seconds(1)
        #expect(plain.status == 0 && outcome.status == 0, "\(outcome.errors)")
        for name in ["model.safetensors", "best.safetensors", "film.png"] {
            #expect(try scratch.bytes("plain/\(name)") == scratch.bytes("jumped/\(name)"), "\(name)")
        }
        // Measured with the other clock, epochs take as long as they do.
        let rows = try scratch.text("jumped/metrics.csv").split(separator: "\n").dropFirst()
        let seconds = rows.compactMap {
            Double($0.split(separator: ",", omittingEmptySubsequences: false)[7])
        }
        #expect(seconds.count == 4 && seconds.allSatisfy { $0 >= 0 } && seconds.reduce(0, +) <= took)
        // The clock did jump: the run says that it began in another year.
        let year = { (name: String) in
            try #require(scratch.text("\(name)/config.json").firstMatch(of: /"started" : "([0-9-]+)-/)).1
        }
        #expect(try year("plain") != year("jumped"))
        let resumed = try tool.run(
            ["--resume", scratch.file("jumped"), "--epochs", "5", "--no-figures"], environment: clocks)
        let expected = try tool.run(["--resume", scratch.file("plain"), "--epochs", "5", "--no-figures"])
        #expect(resumed.status == 0 && expected.status == 0, "\(resumed.errors)")
        #expect(try scratch.bytes("plain/model.safetensors") == scratch.bytes("jumped/model.safetensors"))
    }
}

/// The C compiler that comes with the toolchain.
private enum Clang {
    static let isThere = (try? run(["--version"])) == 0

    static func compile(_ source: String, to library: String) throws {
        let status = try run(["-shared", "-fPIC", "-O1", "-o", library, source])
        try #require(status == 0)
    }

    private static func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["clang"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
