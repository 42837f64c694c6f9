import Testing

@testable import VAEExport

/// Bytes that other writers of the format give.
@Suite struct ProtobufTests {
    private func message(_ fill: (inout ProtobufMessage) -> Void) -> ProtobufMessage {
        var message = ProtobufMessage()
        fill(&message)
        return message
    }

    /// Those of the format's description, and the ends of the lengths of varints.
    @Test(arguments: [
        (0, [0x08, 0x00]), (1, [0x08, 0x01]), (127, [0x08, 0x7F]), (128, [0x08, 0x80, 0x01]),
        (150, [0x08, 0x96, 0x01]), (16_383, [0x08, 0xFF, 0x7F]), (16_384, [0x08, 0x80, 0x80, 0x01]),
        (Int.max, [0x08] + [UInt8](repeating: 0xFF, count: 8) + [0x7F]),
        (-1, [0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01]),
    ]) func wholeNumbers(value: Int, bytes: [UInt8]) {
        let message = message { $0.add(1, value) }
        #expect(message.serialized() == bytes)
        #expect(message.byteCount == bytes.count)
    }

    @Test func otherFields() {
        #expect(
            message { $0.add(2, "testing") }.serialized() == [0x12, 0x07] + Array("testing".utf8))
        #expect(message { $0.add(2, Float(1.5)) }.serialized() == [0x15, 0x00, 0x00, 0xC0, 0x3F])
        // From number 16 on a field's key has two bytes.
        #expect(message { $0.add(20, 7) }.serialized() == [0xA0, 0x01, 0x07])
        let inner = message { $0.add(1, 150) }
        #expect(message { $0.add(3, inner) }.serialized() == [0x1A, 0x03, 0x08, 0x96, 0x01])
        #expect(message { $0.add(3, ProtobufMessage()) }.serialized() == [0x1A, 0x00])
    }

    /// Lengths of one, two and three bytes, at each level around the bytes themselves.
    @Test(arguments: [0, 1, 125, 126, 127, 128, 129, 16_380, 16_384, 70_000]) func lengths(count: Int) throws
    {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        var nested = message { $0.add(9, content) }
        for _ in 0..<3 { nested = message { [nested] in $0.add(7, nested) } }
        let bytes = nested.serialized()
        #expect(bytes.count == nested.byteCount)
        var fields = try ProtobufFields(bytes)
        for _ in 0..<3 { fields = try fields.message(7) }
        #expect(try fields.bytes(9) == content)
    }

    /// The bytes that onnx 1.23 gives for the same graph, in Python:
    ///
    ///     w = helper.make_tensor("w", 1, [2, 2], np.array([[1, 2], [3, -0.5]], "<f4").tobytes(), raw=True)
    ///     nodes = [helper.make_node("Gemm", ["x", "w"], ["s"], name="s", transB=1),
    ///              helper.make_node("LeakyRelu", ["s"], ["y"], name="y", alpha=0.25)]
    ///     x = helper.make_tensor_value_info("x", 1, ["batch", 2], "in")
    ///     y = helper.make_tensor_value_info("y", 1, ["batch", 2], "out")
    ///     helper.make_graph(nodes, "g", [x], [y], [w]).SerializeToString(deterministic=True).hex()
    @Test func aGraphAsTheLibraryWritesIt() {
        var graph = ONNXGraph()
        let x = graph.input("x", [.batch, .size(2)], "in")
        let w = graph.initializer(
            "w", .float, [2, 2], ([1, 2, 3, -0.5] as [Float]).littleEndianBytes(\.bitPattern))
        let sum = graph.node("Gemm", [x, w], "s", ["transB": .integer(1)])
        let result = graph.node("LeakyRelu", [sum], "before", ["alpha": .float(0.25)])
        graph.output("y", from: result, [.batch, .size(2)], "out")
        let hex = graph.message(name: "g").serialized().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        #expect(
            hex.joined()
                == "0a210a01780a01771201731a0173220447656d6d2a0d0a067472616e73421801a001020a250a01731201791a017922094c65616b7952656c752a0f0a05616c706861150000803ea001011201672a1b0802080210014201774a100000803f0000004000004040000000bf5a1c0a017812130a110801120d0a07120562617463680a0208021a02696e621d0a017912130a110801120d0a07120562617463680a0208021a036f7574"
        )
    }
}
