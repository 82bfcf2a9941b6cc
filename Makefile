# The commands of the project. Each is a script in .ci/, so that it can be read and tested by itself.
.DEFAULT_GOAL := help
.PHONY: help run dev test bench release

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

run: ## Install what is missing, build, and serve the demonstration on http://127.0.0.1:3000
	@.ci/serve

dev: ## The same, and build again whenever a source changes
	@.ci/dev

test: ## Format, layout, clippy, unit, integration, PostgreSQL and browser tests
	@.ci/test

bench: ## Measure (WHAT=relevance, scale, tables, cases, upload or lighthouse)
	@.ci/bench $(WHAT)

release: ## Build one self-contained program at target/release/kaishu
	@.ci/release
