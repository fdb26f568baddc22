#!/bin/bash
# Run once by the image of PostgreSQL, on an empty data directory: the databases, and who may do what in them.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -f /kasane/roles.sql
psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres \
  -v owner="$KASANE_OWNER_PASSWORD" -v app="$KASANE_APP_PASSWORD" \
  -v exporter="$KASANE_EXPORTER_PASSWORD" -v camunda="$CAMUNDA_PASSWORD" <<'SQL'
alter role kasane_owner password :'owner';
alter role kasane_app password :'app';
alter role kasane_exporter password :'exporter';
create role camunda login password :'camunda';
create database kasane owner kasane_owner encoding 'UTF8' template template0;
-- Camunda's own secondary storage: Kasane reads nothing from it.
create database camunda owner camunda encoding 'UTF8' template template0;
SQL
