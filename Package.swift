// swift-tools-version: 6.2
import PackageDescription

// Every target is compiled with these. `strictMemorySafety` is added where no pointer is needed.
let base: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    .define("FAILPOINTS", .when(configuration: .debug)),
]
let pure: [SwiftSetting] = base + [.strictMemorySafety()]
let pureTargets: Set<String> = ["Checkpointing"]

/// One Swift target. Dependencies may only name targets of a lower layer; `scripts/check-layers` proves it.
func target(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(
        name: name, dependencies: dependencies,
        swiftSettings: pureTargets.contains(name) ? pure : base)
}

/// With `MILLRACE_TEST_TARGETS=A,B` only these test targets exist: quicker builds while working on one.
let testTargetsWanted = Context.environment["MILLRACE_TEST_TARGETS"].map {
    Set($0.split(separator: ",").map(String.init))
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: base)
}

let package = Package(
    name: "millrace",
    products: [
        .executable(name: "millrace", targets: ["millrace"]),
        // For the package in Fuzz/.
        .library(name: "FuzzEntries", targets: ["FuzzEntries"]),
    ],
    targets: [
        // Layer 0: C libraries and the process's own observability.
        .systemLibrary(
            name: "CRDKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .target(name: "CSystem"),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CRE2", linkerSettings: [.linkedLibrary("re2")]),
        .systemLibrary(
            name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        target("Observability", []),
        // Layer 1: data.
        target("StreamCore", ["CSystem", "CXXHash"]),
        // Layer 2: contracts and wrappers.
        target("StreamAPI", ["CSystem", "StreamCore"]),
        target("Expression", ["CLibcrypto", "CRE2", "CSimdJSON", "StreamCore"]),
        target("KafkaClient", ["CRDKafka", "CSystem", "StreamCore", "Observability"]),
        target("YAML", ["CYAML"]),
        // Layer 3: the pure protocol, and formats, whose decoders implement StreamAPI's contract.
        target("Checkpointing", ["StreamCore", "StreamAPI"]),
        target("Formats", ["CSimdJSON", "StreamCore", "StreamAPI"]),
        // Layer 4: the engine.
        target(
            "StreamRuntime",
            ["CSystem", "StreamCore", "StreamAPI", "Checkpointing", "Observability"]),
        target("Operators", ["StreamCore", "StreamAPI", "Expression"]),
        // Layer 5: edges.
        target("StateBackends", ["CSystem", "StreamCore", "StreamAPI"]),
        target(
            "CheckpointStorage",
            ["StreamCore", "StreamAPI", "Checkpointing", "CSystem", "Observability"]),
        target(
            "KafkaConnector",
            ["StreamCore", "StreamAPI", "KafkaClient", "Formats", "Observability"]),
        target(
            "FileConnector", ["CSystem", "StreamCore", "StreamAPI", "Formats", "Observability"]),
        target("PipelineSpec", ["StreamCore", "YAML", "Expression"]),
        // Layer 6: wiring.
        target(
            "PipelineRunner",
            [
                "CSystem", "StreamCore", "StreamAPI", "StreamRuntime", "Operators", "StateBackends",
                "CheckpointStorage", "KafkaConnector", "KafkaClient", "FileConnector", "Formats",
                "PipelineSpec",
                "Expression", "Checkpointing", "Observability",
            ]),
        // Layer 7: the test kit.
        target("StreamTesting", ["StreamCore", "StreamAPI", "Checkpointing"]),
        target(
            "FuzzEntries",
            [
                "StreamCore", "StreamAPI", "Expression", "Formats", "KafkaClient", "FileConnector",
                "PipelineSpec", "Operators", "StateBackends",
            ]),
        // Layer 8: executables. `main.swift` is one line; the verbs live in CommandLineInterface.
        target(
            "CommandLineInterface",
            [
                "PipelineRunner", "PipelineSpec", "Expression", "StreamAPI", "StreamCore",
                "Observability",
            ]),
        .executableTarget(
            name: "millrace", dependencies: ["CommandLineInterface"], swiftSettings: base),
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: [
                "StreamCore", "StreamAPI", "Expression", "Formats", "Operators", "StateBackends",
            ], swiftSettings: base),

        tests("ObservabilityTests", ["Observability"]),
        tests("StreamCoreTests", ["StreamCore", "CSystem"]),
        tests("ExpressionTests", ["Expression", "StreamCore"], exclude: ["Flink"]),
        tests("FormatsTests", ["Formats", "StreamAPI", "StreamCore"]),
        tests("YAMLTests", ["YAML"]),
        tests("PipelineSpecTests", ["PipelineSpec", "YAML", "Expression", "StreamCore"]),
        tests(
            "ProtocolTests", ["Checkpointing", "StreamAPI", "StreamCore", "StreamTesting"],
            exclude: ["transcripts"]),
        tests("SimulationTests", ["Checkpointing", "StreamAPI", "StreamCore", "StreamTesting"]),
        tests("StateBackendsTests", ["StateBackends", "StreamAPI", "StreamCore"]),
        tests(
            "OperatorsTests",
            ["Operators", "Expression", "StreamAPI", "StreamCore", "StateBackends"]),
        tests(
            "CheckpointStorageTests",
            ["CheckpointStorage", "Checkpointing", "StreamAPI", "StreamCore"],
            exclude: ["Golden"]),
        tests("StreamRuntimeTests", ["StreamRuntime", "Checkpointing", "StreamAPI", "StreamCore"]),
        tests("KafkaClientTests", ["KafkaClient", "StreamCore"]),
        tests(
            "KafkaConnectorTests",
            ["KafkaConnector", "KafkaClient", "Formats", "StreamAPI", "StreamCore"]),
        tests(
            "FileConnectorTests", ["FileConnector", "Formats", "StreamAPI", "StreamCore"]),
        tests(
            "KafkaIntegrationTests",
            [
                "KafkaClient", "KafkaConnector", "Formats", "StreamAPI", "StreamCore",
                "StreamTesting",
            ]),
        tests(
            "PipelineRunnerTests",
            [
                "PipelineRunner", "CheckpointStorage", "Checkpointing", "StreamRuntime",
                "StreamAPI",
                "StreamCore", "Observability", "PipelineSpec", "KafkaConnector", "KafkaClient",
                "Formats", "StreamTesting",
            ]),
        tests("FuzzCorpusTests", ["FuzzEntries", "Expression"]),
        tests(
            "CommandLineInterfaceTests",
            ["CommandLineInterface", "Expression", "StreamAPI", "StreamCore"]),
        tests("EndToEndTests", []),
    ].filter { target in target.type != .test || testTargetsWanted?.contains(target.name) != false
    },
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
