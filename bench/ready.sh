#!/usr/bin/env bash
# From the start of the jar until tasks can be worked (readiness 200), on an empty data directory and again on the kept one.
# Run from anywhere after `mvn -DskipTests package`; takes the java that Kasane is to run on from JAVA, or the one on the path.
set -euo pipefail
cd "$(dirname "$0")/.."
JAVA=${JAVA:-java}
PORT=${SERVER_PORT:-18085}
DATA=$(mktemp -d)
trap 'rm -rf "$DATA"' EXIT

once() {
  local from pid
  from=$(date +%s%N)
  SERVER_PORT=$PORT KASANE_DATA=$DATA/data "$JAVA" -jar src/target/kasane-0.1.0-SNAPSHOT.jar >"$DATA/console.log" 2>&1 &
  pid=$!
  until [ "$(curl -s -m 2 -o /dev/null -w '%{http_code}' "http://localhost:$PORT/actuator/health/readiness")" = 200 ]; do
    kill -0 $pid 2>/dev/null || { cat "$DATA/console.log"; exit 1; }
    sleep 0.1
  done
  echo "$1: $((($(date +%s%N) - from) / 1000000)) ms"
  # Let the first start finish its demo cases.
  [ -z "${2:-}" ] || until grep -q 'demo cases' "$DATA/console.log"; do sleep 0.5; done
  kill $pid
  wait $pid || true
}

once "empty data directory" first
once "kept data directory"
once "kept data directory, again"
