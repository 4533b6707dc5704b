#!/usr/bin/env bash
# Makes the Python environment of the property tests, once per set of requirements; prints the path of its python.
# Fails, and says why on standard error, where python3 or the package registry is missing: the tests then say so and go on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
command -v python3 >/dev/null || { echo "no python3 on this machine" >&2; exit 1; }
python3 -c 'import sys; sys.exit(0 if sys.version_info >= (3, 10) else "python3 is older than 3.10")'
cache=$here/../../../node_modules/.cache
mkdir -p "$cache" 2>/dev/null || cache=${TMPDIR:-/tmp}
tag=$(python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest()[:12])' "$here/requirements.txt")
home=$cache/flagsmith-flagd-python-$tag
if [ ! -e "$home/ready" ]; then
  making=$home.$$
  rm -rf "$making"
  trap 'rm -rf "$making"' EXIT
  python3 -m venv "$making" >&2
  "$making/bin/python" -m pip install --quiet --disable-pip-version-check --timeout 10 --retries 1 \
    --requirement "$here/requirements.txt" >&2
  touch "$making/ready"
  mv "$making" "$home" 2>/dev/null || [ -e "$home/ready" ]
fi
echo "$home/bin/python"
