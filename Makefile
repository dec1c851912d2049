# Verbs only; what they do is in scripts/. `make` alone lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
LAB ?=
SERVICE ?=
PROFILE ?= short
NAME ?=
export LAB SERVICE

.PHONY: help up down demo test bench experiments experiment experiments-all check logs ps reset clean doctor engine

help: ## list what there is to do
	@printf '\n  polyservice lab: API protocols on your own machine\n\n'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r verb text; do printf '  make %-15s %s\n' "$$verb" "$$text"; done
	@printf '\n  start with: make demo\n\n'

up: engine ## start the core and the wings of LAB=a,b, or the services of SERVICE=a,b
	@scripts/up.sh

down: ## stop the lab; what it keeps stays in its volumes
	@scripts/compose.sh down --remove-orphans

demo: engine node_modules/.package-lock.json ## start the lab and watch its protocols being spoken: the core's, or of LAB=a,b
	@scripts/up.sh
	@npm run --silent demo

test: engine node_modules/.package-lock.json ## prove it: unit tests, then black-box tests on labs of their own, of LAB=a,b
	@npm test --silent

bench: engine node_modules/.package-lock.json ## measure what each protocol costs, in 3 minutes; in 15: make bench PROFILE=full
	@scripts/compose.sh build --quiet
	@npm run --silent bench -- --profile $(PROFILE)

experiments: node_modules/.package-lock.json ## list the experiments: break one container, and see what every client sees
	@npm run --silent experiments -- list

experiment: engine node_modules/.package-lock.json ## run one of them: make experiment NAME=kill-the-history
	@docker compose build --quiet
	@npm run --silent experiments -- run $(NAME)

experiments-all: engine node_modules/.package-lock.json ## run all of them, one after the other
	@docker compose build --quiet
	@npm run --silent experiments -- run --all

check: node_modules/.package-lock.json ## types, lint, format, unused code, import rules, generated code
	@npm run --silent check

logs: ## follow the logs; like ps, reset, down and clean: of LAB=a,b or SERVICE=a,b
	@scripts/compose.sh logs --follow --tail 100

ps: ## what runs, and how it is
	@scripts/compose.sh ps

reset: ## forget everything: services as at the first start
	@scripts/reset.sh

clean: ## stop the lab and remove its containers, volumes and images
	@scripts/clean.sh

doctor: ## say what is missing (for LAB=a,b too), and which process holds a taken port
	@scripts/doctor.sh

engine:
	@scripts/docker-engine.sh
	@scripts/base-image.sh

node_modules/.package-lock.json: package-lock.json
	@scripts/with-progress.sh "installing the packages" npm ci
	@touch $@

.PHONY: psql valkey-cli rabbitmqctl
DB ?= lab
ARGS ?= status

psql: ## open a SQL shell in the lab's PostgreSQL: make psql DB=users_api
	@docker compose exec postgres sh -c 'exec psql --username "$$POSTGRES_USER" --dbname "$$1"' psql "$(DB)"

valkey-cli: ## open a shell in the lab's Valkey
	@docker compose exec valkey sh -c 'exec redis-cli --no-auth-warning --user "$$VALKEY_USER"'

rabbitmqctl: ## ask the lab's RabbitMQ: make rabbitmqctl ARGS='list_queues name messages'
	@docker compose exec rabbitmq rabbitmqctl $(ARGS)
