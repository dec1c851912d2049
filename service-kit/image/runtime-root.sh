#!/bin/sh
# Gathers in /runtime what a Node program needs to run, and nothing else: no shell, no package manager, no tools.
#   runtime-root.sh    (as root, in an image with node)
set -eu

node=$(command -v node)
libraries=$(ldd "$node" | grep -o '/[^ ]*\.so[^ ]*')
# The rest of the C library, which native addons are linked to and name look-ups load.
libc=$(dirname "$(ldd "$node" | grep -o '/[^ ]*/libc\.so[^ ]*')")
libraries="$libraries $(ls "$libc"/librt.so.1 "$libc"/libresolv.so.2 "$libc"/libutil.so.1 "$libc"/libnss_dns.so.2 "$libc"/libnss_files.so.2)"

mkdir -p /runtime/etc /runtime/tmp /runtime/data
chmod 1777 /runtime/tmp
# A named volume takes over the owner of the directory under it.
chown node:node /runtime/data
for file in "$node" $libraries; do
  mkdir -p "/runtime$(dirname "$file")"
  # Followed, so that the name which the loader looks for holds the library itself.
  cp --dereference "$file" "/runtime$file"
done
cp /etc/os-release /etc/nsswitch.conf /runtime/etc/
grep -E '^(root|node):' /etc/passwd > /runtime/etc/passwd
grep -E '^(root|node):' /etc/group > /runtime/etc/group
