# What the scripts of this folder share; read with `.`, not run. They want root, because they make and enter other roots.
# shellcheck shell=sh disable=SC2034 # used by who reads it
[ "$(id -u)" = 0 ] || { echo "run this as root: it makes and enters other roots" >&2; exit 1; }
mkdir -p build/roots
passed=0 failed=0

tell() { # RESULT NAME
    if [ "$1" = 0 ]; then passed=$((passed + 1)); echo "  ok    $2"; else failed=$((failed + 1)); echo "  FAIL  $2"; fi
}

ended() {
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ]
}

below() { # PID NAME: the first process of that name among PID and what it started, at any depth
    if [ "$(ps -o comm= -p "$1")" = "$2" ]; then echo "$1"; return 0; fi
    for child in $(pgrep -P "$1"); do
        below "$child" "$2" && return 0
    done
    return 1
}

answers() { # URL SECONDS PID: waits until URL answers, as long as the process PID lives
    tries=$(($2 * 5))
    while [ $tries -gt 0 ] && kill -0 "$3" 2>/dev/null; do
        curl -sf -o /dev/null "$1" && return 0
        sleep 0.2
        tries=$((tries - 1))
    done
    return 1
}

shows_blog() { # URL NAME MORE: the home page has posts, and the first of them is there
    curl -sf "$1" | grep -q 'class="[^"]*h-entry'
    tell $? "$2 $3"
    post=$(curl -sf "$1" | grep -oE 'class="[^"]*u-url[^"]*" href="/[^"]+' | head -n 1 | sed 's/.*href="//')
    [ -n "$post" ] && curl -sf "${1%/}$post" | grep -q e-content
    tell $? "$2, a post of it: ${post:-no link to one}"
}

new_root() { # SUITE FOLDER PACKAGES: from where this machine's own packages come
    from=$(apt-get indextargets --format "\$(REPO_URI)" | grep -E '/debian/?$' | head -n 1)
    script=
    [ -e "/usr/share/debootstrap/scripts/$1" ] || script=/usr/share/debootstrap/scripts/sid
    debootstrap --variant=minbase --include="$3" "$1" "$2" "$from" ${script:+"$script"} >"build/roots/$1.log" 2>&1 ||
        { tail -n 5 "build/roots/$1.log"; return 1; }
    rm -rf "$2"/var/cache/apt/archives/*.deb
    chmod 755 "$2" # others than root pass through
}
