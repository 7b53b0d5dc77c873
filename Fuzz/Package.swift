// swift-tools-version: 6.2
import PackageDescription

// Built by scripts/fuzz, with libFuzzer's and AddressSanitizer's instrumentation of everything.
let package = Package(
    name: "fuzz",
    dependencies: [.package(name: "millrace", path: "..")],
    targets: [
        .systemLibrary(name: "CLibFuzzer"),
        .executableTarget(
            name: "Fuzzer",
            dependencies: ["CLibFuzzer", .product(name: "FuzzEntries", package: "millrace")],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
    ],
    swiftLanguageModes: [.v6]
)
