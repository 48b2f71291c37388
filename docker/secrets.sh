#!/bin/sh
# Makes what this installation keeps secret, once, in the folder $1. A JWT_SECRET that is given wins over one that was made.
set -eu
umask 077
cd "$1"

random() {
  head -c 48 /dev/urandom | base64 | tr -d '\n' | tr '+/' '_-'
}

case "${JWT_SECRET:-}" in
*"'"*) echo "JWT_SECRET may not contain an apostrophe" >&2 && exit 1 ;;
esac
rm -f secrets.env redis.conf
[ -s jwt-secret ] || random >jwt-secret
[ -s redis-password ] || random >redis-password

printf "JWT_SECRET='%s'\nREDIS_PASSWORD='%s'\n" "${JWT_SECRET:-$(cat jwt-secret)}" "$(cat redis-password)" >secrets.env
# What Redis knows can be made anew from MongoDB: it keeps nothing on disk.
printf 'requirepass %s\nsave ""\nappendonly no\n' "$(cat redis-password)" >redis.conf

# The apps and Redis run as this user, and only read.
chmod 400 ./*
chown -R "${OWNER:-1000:1000}" .
