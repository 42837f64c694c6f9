import Testing
import VAE
import VAECore

@Suite(
    "safetensors and Python",
    .enabled(
        if: Python.has("numpy, safetensors.numpy"),
        "needs python3 with numpy and safetensors (VAE_PYTHON names another one)"))
struct SafeTensorsPythonTests {
    @Test func pythonReadsOurFileAndWritesTheSameBytes() throws {
        let folder = try ScratchFolder()
        try SafeTensorsTests.sample().write(to: folder("ours"))
        let printed = try Python.run(
            """
            import sys, safetensors, safetensors.numpy as st
            ours, theirs = sys.argv[1:]
            tensors = st.load_file(ours)
            with safetensors.safe_open(ours, 'np') as file: metadata = file.metadata()
            st.save_file(tensors, theirs, metadata)
            for name in sorted(tensors): print(ascii(name), tensors[name].dtype, tensors[name].tolist())
            print(ascii(metadata))
            """, folder("ours"), folder("theirs"))
        #expect(
            printed == #"""
                'empty "\xe9"\n' int8 []
                'flag' bool [True]
                'scalar' float64 -1.5
                'steps' int64 [1, 4611686018427387904]
                'weights' float32 [[0.0, 0.25, 0.5], [0.75, 1.0, 1.25]]
                {'made by': 'Python \\ \x01 \u03a9'}

                """#)
        #expect(try DurableFile.read(folder("theirs")) == DurableFile.read(folder("ours")))
    }

    /// What the reference reader refuses is refused here; here a little more is (names that come twice).
    @Test func refusesWhatPythonRefuses() throws {
        let folder = try ScratchFolder()
        let cases = SafeTensorsRejectionTests.layouts + SafeTensorsRejectionTests.headers
        for (index, broken) in cases.enumerated() {
            let bytes = SafeTensorsRejectionTests.file(Array(broken.header.utf8), data: broken.data)
            try DurableFile.write(bytes, to: folder("\(index)"))
        }
        let accepted = try Python.run(
            """
            import os, sys, safetensors
            for name in sorted(os.listdir(sys.argv[1]), key=int):
                try: safetensors.deserialize(open(sys.argv[1] + '/' + name, 'rb').read())
                except safetensors.SafetensorError: continue
                print(name)
            """, folder.path
        ).split(separator: "\n").compactMap { Int($0) }
        // It takes spaces first, unknown fields, an array for an entry, null metadata and the last of
        // several equal names.
        #expect(accepted.allSatisfy { Self.isLeniencyOfPython(cases[$0]) }, "\(accepted.map { cases[$0] })")
    }

    private static func isLeniencyOfPython(_ broken: SafeTensorsRejectionTests.Broken) -> Bool {
        broken.header.hasPrefix(" ") || broken.header.contains("null") || broken.header.contains("\"x\"")
            || broken.header.contains("[\"U8\"") || broken.says.hasSuffix("again")
    }
}
