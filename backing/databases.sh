#!/bin/bash
# Makes what is missing on the lab's PostgreSQL: for each NAME a role that may log in, and a database that is its own.
# What is there stays, but for the password, which is that of POSTGRES_PASSWORD.
#   databases.sh NAME...
set -euo pipefail
export PGHOST=${PGHOST:-postgres} PGUSER=$POSTGRES_USER PGPASSWORD=$POSTGRES_PASSWORD PGDATABASE=$POSTGRES_DB

for name; do
  psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set name="$name" --set password="$POSTGRES_PASSWORD" <<'SQL'
SELECT format('CREATE ROLE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" LOGIN PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING UTF8', :'name', :'name')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
done
printf 'databases: %s\n' "$*"
