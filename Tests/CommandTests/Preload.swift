import Foundation
import Kernels

/// A library that is loaded before OpenBLAS and makes the machine another one, as far as its variables say:
///
/// - `SHIM_OWN_CHOICE=Prescott`: OpenBLAS chooses these kernels by itself, and uses them. It asks for `OPENBLAS_CORETYPE` before anybody
///   else does, and is told this.
/// - `SHIM_DEAF=1`: also where the variable is set, as builds do that lack the kernels.
/// - `SHIM_WRONG=Zen,Haswell`: products with these kernels are wrong.
/// - `SHIM_NO_EXEC=1`: no program begins again.
/// - `SHIM_STARTS=FILE`: gets a byte at each start; `SHIM_STATE=FILE`: gets the name, the signals, the arguments and
///   OpenBLAS's variables of the process when it ends.
enum Preload {
    static let canBeBuilt = Compiler.isThere && !isSanitized

    /// Whether the processor has more than the oldest kernels use, and OpenBLAS others to choose from.
    static let isOfUse =
        canBeBuilt && (Processor.current.widest ?? .sse) > .sse
        && OpenBLAS.configuration.contains("DYNAMIC_ARCH")

    /// What the tools take in place of Prescott's kernels, in their order.
    static let candidates = CoreType.candidates(for: .current).filter { $0 != "Prescott" }

    /// Builds the library in a folder.
    /// - Returns: the environment that loads it, with these variables.
    static func environment(_ scratch: Scratch, _ variables: [String: String]) throws -> [String: String] {
        let library = scratch.file("preload.so")
        if !FileManager.default.fileExists(atPath: library) {
            try scratch.write(Array(source.utf8), to: "preload.c")
            guard
                try Compiler.run("-shared", "-fPIC", "-O1", "-o", library, scratch.file("preload.c"), "-ldl")
                    == 0
            else { throw CocoaError(.executableLoad) }
        }
        return variables.merging(["LD_PRELOAD": library]) { $1 }
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdio.h>
        #include <string.h>
        #include <strings.h>

        extern char **environ;

        static char *value(const char *name) {
            const size_t length = strlen(name);
            for (char **entry = environ; entry && *entry; entry++)
                if (!strncmp(*entry, name, length) && (*entry)[length] == '=') return *entry + length + 1;
            return NULL;
        }

        char *getenv(const char *name) {
            static int asked;
            char *found = value(name), *own = value("SHIM_OWN_CHOICE");
            if (!own || strcmp(name, "OPENBLAS_CORETYPE") || asked++) return found;
            return !found || value("SHIM_DEAF") ? own : found;
        }

        int execv(const char *path, char *const arguments[]) {
            if (value("SHIM_NO_EXEC")) {
                errno = EACCES;
                return -1;
            }
            return ((int (*)(const char *, char *const[]))dlsym(RTLD_NEXT, "execv"))(path, arguments);
        }

        void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
                         const float *b, int ldb, float beta, float *c, int ldc) {
            void (*real)(int, int, int, int, int, int, float, const float *, int, const float *, int, float,
                         float *, int) = dlsym(RTLD_NEXT, "cblas_sgemm");
            char *(*name)(void) = dlsym(RTLD_DEFAULT, "openblas_get_corename");
            real(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
            const char *wrong = value("SHIM_WRONG");
            if (wrong && strcasestr(wrong, name())) c[0] += 1;
        }

        static void copy(const char *path, const char *const *lines, FILE *to) {
            char line[4096];
            FILE *from = fopen(path, "r");
            while (from && fgets(line, sizeof line, from))
                for (const char *const *start = lines; *start; start++)
                    if (!strncmp(line, *start, strlen(*start))) fputs(line, to);
            if (from) fclose(from);
        }

        __attribute__((constructor)) static void begin(void) {
            const char *path = value("SHIM_STARTS");
            FILE *file = path ? fopen(path, "a") : NULL;
            if (file) fputc('x', file), fclose(file);
        }

        __attribute__((destructor)) static void end(void) {
            const char *path = value("SHIM_STATE");
            FILE *file = path ? fopen(path, "w") : NULL;
            if (!file) return;
            const char *const lines[] = {"Name:", "SigBlk:", "SigIgn:", "SigCgt:", NULL};
            copy("/proc/self/status", lines, file);
            FILE *arguments = fopen("/proc/self/cmdline", "r");
            for (int byte; arguments && (byte = fgetc(arguments)) != EOF;) fprintf(file, "%02x", byte);
            for (char **entry = environ; *entry; entry++) {
                // By their names: other programs' variables may have such a word in their values.
                const char *word = strstr(*entry, "OPENBLAS"), *equals = strchr(*entry, '=');
                if (word && equals && word < equals) fprintf(file, "\\n%s", *entry);
            }
            fclose(file);
        }
        """
}
