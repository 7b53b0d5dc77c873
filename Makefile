# `make help` lists the targets. Kafka is found by KAFKA_HOME, else in /opt/kafka, else by Docker.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PORT ?= 9092

.PHONY: help setup build release demo test unit lint format bench kafka-up kafka-down clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## Install the missing Debian packages (as root; otherwise print the command)
	@scripts/setup

.PHONY: kafka-found
kafka-found: setup
	@scripts/kafka which >/dev/null

build: setup ## Debug build, with failpoints
	swift build

release: setup ## Release build of the runner: .build/release/millrace
	swift build -c release --product millrace

demo: kafka-found release ## The main job on a real broker, killed five times, then checked against an oracle
	@scripts/demo/run

test: setup ## Everything: lint, unit, protocol, integration and end-to-end tests, with brokers of its own
	@scripts/test

unit: setup ## Tests that need no broker
	@scripts/test unit

lint: ## Layers, sizes, words that may not appear, links of the documents
	@scripts/lint

format: ## Rewrite the sources as .swift-format says
	swift format --in-place --recursive Package.swift Sources Tests

bench: kafka-found release ## Throughput against a C copier, latency, start, memory, as tables (BENCH='--only latency')
	swift build -c release --product EngineBenchmark
	@Benchmarks/run $(BENCH)

.PHONY: bench-gate
bench-gate: setup ## Instructions and allocations per record, without Kafka, against their limits
	@Benchmarks/gate

kafka-up: setup ## A broker on 127.0.0.1:9092 (PORT=n: another) to play with
	@scripts/kafka up --port $(PORT)

kafka-down: ## ... and away with it
	@scripts/kafka down --port $(PORT)

clean: ## Remove what was built
	rm -rf .build
