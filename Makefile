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
demo: $(DEPENDENCIES) ## Boot a cluster and two hubs, move a fleet of 12 clusters, show the report (ACT=interrupted: killed and resumed)
	node test/demo/demo.ts $(ACT)

.PHONY: test
test: $(DEPENDENCIES) ## Run all tests of all levels; ends with "N passed, N failed, N skipped"
	node test/run.ts

.PHONY: check
check: $(DEPENDENCIES) ## Types, lint, generated files, unit and contract tests; no root, under a minute
	npm run -s typecheck
	npm run -s lint
	npm run -s generate -- --check
	node test/run.ts unit contract

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

.PHONY: image
image: $(DEPENDENCIES) ## Build the step image and push it to REGISTRY (default: the local cluster's)
	npm run -s build
	node images/build/image.ts $(if $(REGISTRY),--registry $(REGISTRY))

.PHONY: bundle
bundle: $(DEPENDENCIES) ## Push the Task and Pipeline bundles to REGISTRY and render manifests pinned by digest
	node images/build/bundle.ts $(if $(REGISTRY),--registry $(REGISTRY))

.PHONY: clean
clean: ## Remove what was built in the checkout
	rm -rf dist coverage
