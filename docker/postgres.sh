# Sourced by run_pipeline.sh and run_tests.sh: makes sure there is a PostgreSQL
# to load into, by the first of these that works:
#   1. one that is named (DATABASE_URL, PGHOST, PGSERVICE)
#   2. server programs on this machine (clickmill starts its own private server)
#   3. server programs installed with apt-get, where we may
#   4. a container, where a Docker engine runs
# Otherwise it says so, and everything but loading goes on.

has_server_programs() {
    command -v initdb >/dev/null 2>&1 && return 0
    command -v pg_config >/dev/null 2>&1 && [ -x "$(pg_config --bindir)/initdb" ] && return 0
    for initdb in /usr/lib/postgresql/*/bin/initdb /opt/homebrew/opt/postgresql*/bin/initdb \
        /usr/local/opt/postgresql*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}

install_with_apt() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=""; elif sudo -n true 2>/dev/null; then as_root="sudo"; else return 1; fi
    echo "installing PostgreSQL (apt-get install postgresql) ..." >&2
    $as_root apt-get update -q >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql >&2
}

start_container() {
    docker info >/dev/null 2>&1 || return 1
    name=clickmill-postgres
    if ! docker inspect "$name" >/dev/null 2>&1; then
        echo "starting PostgreSQL in a container named $name ..." >&2
        # The password is made here, given through the environment and kept by the engine alone.
        POSTGRES_PASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
        export POSTGRES_PASSWORD
        docker run -d --name "$name" -e POSTGRES_PASSWORD -e POSTGRES_DB=clickmill \
            -p 127.0.0.1::5432 postgres:16 >/dev/null || return 1
    fi
    docker start "$name" >/dev/null || return 1
    password=$(docker exec "$name" printenv POSTGRES_PASSWORD) || return 1
    port=$(docker port "$name" 5432/tcp | head -n 1 | sed 's/.*://')
    for _ in $(seq 60); do
        docker exec "$name" pg_isready -q -h 127.0.0.1 -d clickmill && break
        sleep 1
    done
    DATABASE_URL="postgresql://postgres:$password@127.0.0.1:$port/clickmill"
    export DATABASE_URL
}

ensure_postgres() {
    [ -n "${DATABASE_URL:-}${PGHOST:-}${PGSERVICE:-}" ] && return 0
    has_server_programs && return 0
    install_with_apt && return 0
    start_container && return 0
    echo "no PostgreSQL here, and no way to add one (set DATABASE_URL, or: sudo apt-get install postgresql);" \
        "going on without it" >&2
    return 0
}
