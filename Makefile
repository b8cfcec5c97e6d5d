# Thin targets: each is one command, so that what `make X` does can also be typed.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

DEPENDENCIES := node_modules/.package-lock.json

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

$(DEPENDENCIES): package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

.PHONY: demo
demo: $(DEPENDENCIES) ## Boot a cluster and two hubs, move a fleet of 12 clusters, show the report (ACT=interrupted: killed and resumed, ACT=rollback: killed and taken back, ACT=disaster: the old hub is lost, ACT=baseline: a virtualization platform is kept at its baseline)
	node test/demo/demo.ts $(ACT)

.PHONY: test
test: $(DEPENDENCIES) ## Run all tests of all levels; ends with "N passed, N failed, N skipped"
	node test/run.ts

.PHONY: check
check: $(DEPENDENCIES) ## Types, lint, generated files, unit and contract tests, coverage; no root, two minutes
	npm run -s typecheck
	npm run -s lint
	npm run -s generate -- --check
	node test/run.ts unit contract
	npm run -s test:coverage

.PHONY: changed
changed: $(DEPENDENCIES) ## Build, types, and the unit and contract tests that import code that is not committed yet; no root, seconds to half a minute
	npm run -s build
	npm run -s typecheck
	npm run -s jest -- --selectProjects unit contract --onlyChanged

.PHONY: coverage
coverage: $(DEPENDENCIES) ## Line coverage of the modules that decide what the baseline writes; 90 % each, half a minute
	npm run -s test:coverage

.PHONY: build
build: $(DEPENDENCIES) ## Build the program into dist/
	npm run -s build

.PHONY: generate
generate: $(DEPENDENCIES) ## Write Tasks, READMEs and permission lists from the step declarations
	npm run -s generate

.PHONY: format
format: $(DEPENDENCIES) ## Format and fix what Biome can
	npm run -s format

.PHONY: bench
bench: $(DEPENDENCIES) ## Measure the budgets, as ratios in one run
	npm run -s test:bench

.PHONY: cluster
cluster: $(DEPENDENCIES) ## Start the local cluster with Tekton (Linux, root)
	node test/cluster/cli.ts up

.PHONY: cluster-status
cluster-status: $(DEPENDENCIES) ## Show each part of the local cluster
	node test/cluster/cli.ts status

.PHONY: cluster-logs
cluster-logs: $(DEPENDENCIES) ## Show the logs of the local cluster; PART=name for one part
	node test/cluster/cli.ts logs $(PART)

.PHONY: cluster-down
cluster-down: $(DEPENDENCIES) ## Stop the local cluster and remove all that it made
	node test/cluster/cli.ts down

# REGISTRY is host and path (registry.example.com/fairlead), CLUSTER_REGISTRY the same place as the cluster reaches it,
# where the names differ; PLAIN_HTTP=1 for one without TLS.
REGISTRY_FLAGS = $(if $(REGISTRY),--registry $(REGISTRY)) $(if $(CLUSTER_REGISTRY),--cluster-registry $(CLUSTER_REGISTRY)) $(if $(PLAIN_HTTP),--plain-http)

.PHONY: image
image: $(DEPENDENCIES) ## Build the step image and push it to REGISTRY; PLATFORM=linux/amd64,linux/arm64 for both
	node images/build/image-command.ts $(REGISTRY_FLAGS) $(if $(PLATFORM),--platform $(PLATFORM)) $(if $(BASE),--base $(BASE)) $(if $(NODE_IN_BASE),--node $(NODE_IN_BASE))

.PHONY: bundle
bundle: $(DEPENDENCIES) ## Push the Task and Pipeline bundles to REGISTRY and render manifests pinned by digest
	node images/build/bundle-command.ts $(REGISTRY_FLAGS) $(if $(IMAGE),--image $(IMAGE))

.PHONY: render
render: $(DEPENDENCIES) ## Render manifests with the image's digest; BUNDLES=1 lets Pipelines use the Task bundle in REGISTRY
	node images/build/render-command.ts $(if $(REGISTRY),--registry $(or $(CLUSTER_REGISTRY),$(REGISTRY))) $(if $(IMAGE),--image $(IMAGE)) $(if $(BUNDLES),--bundles)

.PHONY: sbom
sbom: $(DEPENDENCIES) ## Write the program's bill of materials (CycloneDX) into dist/sbom; make image writes the image's
	node images/build/sbom-command.ts

.PHONY: sign
sign: $(DEPENDENCIES) ## Sign the image in REGISTRY by digest with cosign and attest its bill of materials; KEY=cosign.key
	node images/build/sign-command.ts $(REGISTRY_FLAGS) $(if $(IMAGE),--image $(IMAGE)) $(if $(KEY),--key $(KEY))

.PHONY: install
install: $(DEPENDENCIES) ## Install what REGISTRY holds into the cluster of the current kubeconfig context
	node test/cluster/current/cli.ts install

.PHONY: verify
verify: $(DEPENDENCIES) ## Install, then run OPERATION (validate) there between PRIMARY_KUBECONFIG and SECONDARY_KUBECONFIG
	node test/cluster/current/cli.ts verify

.PHONY: clean
clean: ## Remove what was built in the checkout
	rm -rf dist coverage
