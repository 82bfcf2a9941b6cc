# shellcheck shell=bash disable=SC2034
# What the scripts beside this file share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

# Cargo's folder may lie elsewhere (`.ci/run` keeps one between runs); the site never does, because
# the release build embeds it from here.
target=${CARGO_TARGET_DIR:-$root/target}
case $target in /*) ;; *) target=$root/$target ;; esac
site=$root/target/site
# Tools we build ourselves are kept by version, shared by all clones of this account.
tools=${XDG_CACHE_HOME:-$HOME/.cache}/kaishu
wasm_triple=wasm32-unknown-unknown

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf '\nerror: %s\n' "$1" >&2
  shift
  if (($#)); then printf '  %s\n' "$@" >&2; fi
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# step NAME COMMAND…: runs one step, says its name before and its seconds after. Never in a
# condition: the shell would go on after a failure inside the command.
step() {
  local name=$1 begun=$SECONDS
  shift
  say "$name"
  "$@"
  printf '    %s: %d s\n' "$name" "$((SECONDS - begun))" >&2
}

# locked_version CRATE: the version in our Cargo.lock.
locked_version() {
  awk -v name="name = \"$1\"" '$0 == name { getline; gsub(/version = |"/, ""); print; exit }' Cargo.lock
}

# free_port: a port on loopback that nobody listens on now.
free_port() {
  node -e 'const s=require("net").createServer();s.listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'
}

# stop PID [SIGNAL]: asks a process we started to end, waits for it, insists after ten seconds.
stop() {
  local pid=$1 signal=${2:-TERM} tries
  kill "-$signal" "$pid" 2>/dev/null || return 0
  for ((tries = 0; tries < 100; tries++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

# postgres_find: the programs of PostgreSQL in `pg_bin`, and in `pg_as` how to run them: it refuses to run as root.
postgres_find() {
  pg_bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n1 || true)
  if [[ -z $pg_bin ]]; then
    have initdb || die "PostgreSQL is missing" "apt-get install postgresql"
    pg_bin=$(dirname "$(command -v initdb)")
  fi
  pg_as=()
  if ((EUID == 0)); then
    local user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    pg_as=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups)
    pg_user=$user
  fi
}

# postgres_make FOLDER: makes an empty cluster in FOLDER/data.
postgres_make() {
  if ((EUID == 0)); then chown "$pg_user" "$1"; fi
  (cd "$1" && "${pg_as[@]}" "$pg_bin/initdb" --pgdata data --username kaishu --auth trust --encoding UTF8 \
    --locale C.UTF-8 --no-sync) >"$1.log" 2>&1 || { cat "$1.log" >&2; rm -f "$1.log"; die "initdb failed"; }
  rm -f "$1.log"
}

# postgres_start FOLDER PORT OPTION…: starts it and waits for it; its process is `pg_server`.
postgres_start() {
  local folder=$1 port=$2 tries
  shift 2
  (cd "$folder" && exec "${pg_as[@]}" "$pg_bin/postgres" -D "$folder/data" -c listen_addresses=127.0.0.1 -p "$port" \
    -k "$folder" -c max_connections=200 -c logging_collector=off "$@") </dev/null >>"$folder/log" 2>&1 &
  pg_server=$!
  for ((tries = 0; tries < 150; tries++)); do
    if "$pg_bin/pg_isready" -q -U kaishu -d postgres -h 127.0.0.1 -p "$port"; then return; fi
    kill -0 "$pg_server" 2>/dev/null || break
    sleep 0.2
  done
  cat "$folder/log" >&2
  die "PostgreSQL did not start; its log is above"
}
