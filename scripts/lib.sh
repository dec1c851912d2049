# shellcheck shell=bash
# What the scripts of `make` share; sourced, in the root of the repository. LAB and SERVICE hold names between commas.

# The table of services: name, port, admin port, wing and a command to try it, between tabs.
rows() { grep -v '^#' scripts/services.tsv; }

# The base image that the Dockerfiles name.
node_image() { sed -n 's/^ARG NODE_IMAGE=//p' services/*/Dockerfile | head -n 1; }

words() { tr ', ' '\n\n' <<<"$1" | sed '/^$/d'; }

# The value of a variable as compose takes it: from the environment, else from .env, else the default.
#   value_of NAME DEFAULT
value_of() {
  local value=${!1-}
  [ -n "${!1+set}" ] || [ ! -f .env ] ||
    value=$(sed -nE "s/^ *(export +)?$1=[\"']?([^\"']*)[\"']?\$/\\2/p" .env | tail -n 1)
  printf '%s' "${value:-$2}"
}

# The number of replicas that SCALE asks for, of the services that can have several; ends with 2 where it is no number.
readonly SCALABLE=chat
replicas() {
  local scale
  scale=$(value_of SCALE 1)
  [[ $scale =~ ^[1-9][0-9]?$ ]] || { printf 'SCALE="%s" is not a number of replicas (1 to 99).\n' "$scale" >&2; return 2; }
  printf '%s' "$scale"
}

# Exports a range of host ports, in place of one, for each port of what SCALE gives several replicas to: four, or one a
# replica. A single replica keeps its port, since Docker takes any port of a range. Leaves alone what is no port above 0.
widen_ports() {
  local scale name port admin_port variable first
  scale=$(replicas) || return
  [ "$scale" -gt 1 ] || return 0
  while IFS=$'\t' read -r name port admin_port _; do
    [[ " $SCALABLE " = *" $name "* ]] || continue
    name=$(tr 'a-z-' 'A-Z_' <<<"$name")
    for variable in "${name}_PORT $port" "${name}_ADMIN_PORT $admin_port"; do
      first=$(value_of "${variable% *}" "${variable#* }")
      [[ ! $first =~ ^[1-9][0-9]*$ ]] || export "${variable% *}=$first-$((first + (scale > 4 ? scale : 4) - 1))"
    done
  done < <(rows)
}

# Sets `scaled` to what `docker compose up` is told about replicas of the services in its arguments.
choose_replicas() {
  local scale name
  scaled=
  scale=$(replicas) || return
  for name in $SCALABLE; do
    [[ " $(xargs <<<"$*") " != *" $name "* ]] || scaled="$scaled --scale $name=$scale"
  done
}

# Prints a sentence and ends with 2 where a name of the list is none of those that are known.
#   all_known KIND LIST KNOWN
all_known() {
  local name
  for name in $2; do
    grep -qxF -- "$name" <<<"$3" && continue
    printf 'There is no %s %s; there are: %s\n' "$1" "$name" "$(xargs <<<"$3")" >&2
    return 2
  done
}

# Prints the wings that LAB names and `core`, between commas; ends with 2 at a name that is no wing.
wings() {
  local known asked
  known=$(sed -n 's/^# wings: //p' scripts/services.tsv | xargs -n 1)
  asked=$(words "${LAB:-core}")
  all_known wing "$asked" "$known"$'\n'all || return
  if grep -qxF all <<<"$asked"; then asked=$known; fi
  printf 'core\n%s\n' "$asked" | awk '!seen[$0]++' | paste -sd ,
}

# Prints the services that SERVICE names, a line each; ends with 2 at a name that is no service.
named_services() {
  [ -n "${SERVICE:-}" ] || return 0
  all_known service "$(words "$SERVICE")" "$(COMPOSE_PROFILES='*' docker compose config --services | sort)" || return
  words "$SERVICE"
}

# For what starts services: exports COMPOSE_PROFILES and sets `services` to their names. The core comes with every wing,
# a named service with what it depends on.
choose_to_start() {
  local profiles
  widen_ports || return
  services=$(named_services) || return
  profiles=$(wings) || return
  [ -z "$services" ] || profiles=
  if [ "$(value_of USERS_API_STORE sqlite)" = postgres ] && [ -z "$(value_of USERS_API_DATABASE_URL '')" ]; then
    profiles=$profiles,postgres
  fi
  export COMPOSE_PROFILES=$profiles
  services=${services:-$(active_services)}
}

# The services of the active profiles; all, where a variable is wrong, so that ports.sh can say what is wrong with it.
active_services() {
  docker compose config --services 2>/dev/null ||
    docker compose --profile '*' config --no-interpolate | sed -n '/^services:/,/^[a-z]*:$/s/^  \([a-z0-9-]*\):$/\1/p'
}

# For what is done to services that run: the same, but a wing is that wing alone, and without LAB it is everything.
choose_running() {
  local profiles core
  services=$(named_services) || return
  profiles=$(wings) || return
  if [ -z "$services" ] && [ -n "${LAB:-}" ]; then
    core=$(COMPOSE_PROFILES='' docker compose config --services)
    services=$(COMPOSE_PROFILES=$profiles docker compose config --services)
    case ",$LAB," in
      *,core,* | *,all,*) ;;
      *) services=$(grep -vxF "$core" <<<"$services") ;;
    esac
  fi
  export COMPOSE_PROFILES='*'
}

# Removes the containers of services, and the volume <service>-data of each.
forget() {
  local project service
  project=$(docker compose config | sed -n 's/^name: //p')
  docker compose rm --stop --force "$@" >/dev/null 2>&1
  for service in "$@"; do
    docker volume ls --quiet --filter "label=com.docker.compose.project=$project" \
      --filter "label=com.docker.compose.volume=$service-data"
  done | xargs -r docker volume rm >/dev/null
}
