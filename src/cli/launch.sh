#!/bin/sh
# Starts the compiled program that stands in build/ of this package, also through symbolic links.
self=$(readlink -f -- "$0")
exec "${self%/src/cli/launch.sh}/build/sandbox" "$@"
