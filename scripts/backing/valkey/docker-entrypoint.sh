#!/bin/sh
# Arguments as with the official image: a leading option or a .conf file belongs to the server, root steps down to uid
# 999, and protected mode is off unless asked for, as it is built there.
set -e
case "${1:-}" in -* | *.conf) set -- valkey-server "$@" ;; esac
case "$1" in redis-server | valkey-server) ;; *) exec "$@" ;; esac
if [ "$(id -u)" = 0 ]; then
  find . \! -user valkey -exec chown valkey '{}' +
  exec setpriv --reuid=valkey --regid=valkey --clear-groups -- "$0" "$@"
fi
umask 0077
shift
case "${1:-}" in
  *.conf) conf=$1; shift
    grep -q '^ *protected-mode' "$conf" || set -- --protected-mode no "$@"
    exec valkey-server "$conf" "$@" ${VALKEY_EXTRA_FLAGS:-} ;;
  *) exec valkey-server --protected-mode no "$@" ${VALKEY_EXTRA_FLAGS:-} ;;
esac
