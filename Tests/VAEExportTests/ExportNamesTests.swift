import Testing
import VAEExport

@Suite struct ExportNamesTests {
    /// Flags take them by these names.
    @Test func names() {
        #expect(ONNXPart.allCases.map(\.rawValue) == ["encoder", "decoder", "both"])
        #expect(ONNXLayout.allCases.map(\.rawValue) == ["nhwc", "nchw"])
    }
}
