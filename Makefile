# riposte: what can be done here. `make test` is what every change must pass.
.PHONY: build lambda test soak tools lint bench differential generate

build: ## the binary, into bin/: static, without symbols
	CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o bin/ ./cmd/riposte

lambda: ## the function's packages, into bin/: riposte-lambda-arm64.zip and riposte-lambda-amd64.zip, for provided.al2023
	go run ./internal/bundle -o bin

test: ## format, vet, staticcheck, tests with the race detector: a quarter of an hour and more; generated files and the import rule are among them
	@.ci/check format vet staticcheck tools tests

soak: ## two replicas under load for SOAK (10m), killed at random; then the ledger verified, every expected case counted
	go test ./e2e -count=1 -timeout 60m -v -run '^TestReplicas' -soak $(or $(SOAK),10m) -pace $(or $(PACE),4s) -seed $(or $(SEED),1)

tools: ## what tests run against and is not on PATH: moto_server, aws, cfn-lint by pip, chromium and axe-core by npm, into .tools
	@.ci/check tools

lint: ## the part of test that runs nothing
	@.ci/check format vet staticcheck

bench: ## figures, as ratios measured in the same run, beside those to reach; some minutes
	@.ci/bench

differential: ## package iam against another evaluator on CASES (100000) random cases by SEED (1): five minutes; then against AWS's managed policies
	@.ci/differential

generate: ## the figures and ids in the pages' transcripts, the SDK's regions, the names of calls, AWS's clients as the table names them, docs/cli.md, docs/paths.md, docs/playbooks/, docs/config.schema.json, docs/keys.md, docs/metrics.md, what is generated of deploy/
	go test ./internal/region -count=1 -run '^TestGeneratedPartitions$$' -update
	go test ./call ./access -count=1 -run "^TestGenerated" -update
	go test ./access -count=1 -run '^TestGeneratedCalls$$' -update
	go test ./internal/config -count=1 -run '^TestGeneratedKeys$$' -update
	go test ./internal/metrics -count=1 -run '^TestGeneratedMetrics$$' -update
	go test ./internal/cli -count=1 -run '^TestGeneratedDocs$$' -update
	go test ./internal/cli -count=1 -run '^TestTranscripts$$' -update
