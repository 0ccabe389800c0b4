# What the campaigns share: a folder that goes with the script, a private PostgreSQL, a server that is waited for. To be sourced with
# `entrepost` set to the program before `serve` is called. Everything listens on loopback, and ends with the script by its process id.

work=$(mktemp -d "${TMPDIR:-/tmp}/entrepost-campaign-XXXXXX")
chmod 755 "$work"
server=
pgdata=
finish() {
    local pid
    for pid in ${server:-} ${others:-}; do kill "$pid" 2> /dev/null || true; done
    wait 2> /dev/null || true
    [ -z "$pgdata" ] || postgres_stop
    [ -z "${mounted:-}" ] || umount -l "$mounted" 2> /dev/null || true
    rm -rf "$work"
}
trap finish EXIT

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# --- PostgreSQL, which refuses to run as root ---
pgbin=$(ls -d /usr/lib/postgresql/*/bin 2> /dev/null | sort -V | tail -1)
as_postgres() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}
postgres_start() {
    [ -n "$pgbin" ] || { echo "SKIPPED: no binaries of PostgreSQL" >&2; exit 1; }
    pgsocket=$work/pg
    mkdir "$pgsocket"
    [ "$(id -u)" != 0 ] || chown postgres "$pgsocket"
    pgport=$(free_port)
    as_postgres "$pgbin/initdb" -D "$pgsocket/data" -U test -A trust -E UTF8 --no-sync > /dev/null
    pgdata=$pgsocket/data
    postgres_up
    pgurl=postgres://test@127.0.0.1:$pgport/postgres
}
postgres_up() {
    as_postgres "$pgbin/pg_ctl" -D "$pgdata" -l "$pgsocket/log" -w -o "-h 127.0.0.1 -p $pgport -k $pgsocket" start > /dev/null
}
postgres_stop() {
    as_postgres "$pgbin/pg_ctl" -D "$pgdata" -m immediate stop > /dev/null 2>&1 || true
}
postgres_restart() {
    postgres_stop
    postgres_up
}

# --- the server ---
# Starts it with these options, and waits until it listens. Sets `server` and `base`.
serve() {
    : > "$work/started"
    ${wrapper:-} "$entrepost" serve --listen 127.0.0.1:0 --log-level error "$@" > "$work/started" 2>> "$work/log" &
    server=$!
    base=
    for _ in $(seq 300); do
        base=$(sed -n 's|^listening on \(https\{0,1\}://[^ ]*\).*|\1|p' "$work/started")
        [ -z "$base" ] || return 0
        kill -0 "$server" 2> /dev/null || break
        sleep 0.1
    done
    echo "the server does not start:" >&2
    cat "$work/log" >&2
    exit 1
}
