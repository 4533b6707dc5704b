#!/usr/bin/env bash
# Builds flagd's Java evaluator into the folder named by the first argument.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1/lib" "$1/classes"
[ -e "$1/lib/ready" ] || mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$1/lib"
touch "$1/lib/ready"
javac -nowarn -d "$1/classes" -cp "$1/lib/*" "$here/Parity.java"
