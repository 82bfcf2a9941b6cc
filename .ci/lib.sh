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
