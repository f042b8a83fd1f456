# Shared by the scripts: where things are, and what a fresh machine has to have. Sourced, not run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# say TEXT: a line on stderr, bold where that is a terminal.
say() { if [ -t 2 ]; then printf '\033[1m%s\033[0m\n' "$*" >&2; else printf '%s\n' "$*" >&2; fi; }

# install PACKAGE…: installs what is missing of Debian's packages, and says so before it does.
install() {
    local missing=()
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    say "Installing Debian packages: ${missing[*]}"
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    "${sudo[@]}" apt-get update -q >&2
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

need_swift() {
    command -v swift >/dev/null || {
        echo "There is no swift here. Install the Swift toolchain, 6.2 or newer, from https://www.swift.org/install" >&2
        exit 1
    }
}

# build ARGUMENT…: swift build, all of its output on stderr, without what it says of files in packages that are not ours.
build() {
    swift build "$@" >&2 2> >(awk '/which are unhandled/ {skips = 1; next} skips && /^    \// {next} {skips = 0; print; fflush()}' >&2)
}

libraries=(libpq-dev zlib1g-dev libssl-dev libsqlite3-dev)
