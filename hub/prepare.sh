# What hub/start and tests/run have in common: packages, the page, the build. Sourced, not run; $root is the
# repository. Each step says in one line what it does and does nothing when nothing is to be done.

export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
# What these packages bring comes before what else a machine may have under the same names.
PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH
: "${HOME:=/tmp}"
export HOME

# The compiler, the libraries (zlib packs long answers for slow lines, libssl's libcrypto hashes with the processor's instructions, utf8proc knows
# which texts are the same in another form), the
# private Redis' program, what builds the page, and what the README walks through the calls with.
packages_hub="gcc libc6-dev cmake ninja-build pkg-config ca-certificates redis-server
	libuv1-dev libwebsockets-dev libwebsockets-evlib-uv libhiredis-dev libjansson-dev
	libcurl4-openssl-dev libhttp-parser-dev libsodium-dev libssl-dev libjemalloc-dev libxlsxwriter-dev
	libutf8proc-dev zlib1g-dev curl"
# Another packaging of Node brings npm along and forbids Debian's.
command -v npm >/dev/null || packages_hub="$packages_hub npm"

say()
{
	printf '==> %s\n' "$*"
}

fail()
{
	printf 'failed: %s\n' "$*" >&2
	return 1
}

# Runs a step with its output in a file, and shows the end of it only when it went wrong.
quietly()
{
	log=$1
	shift
	"$@" >"$log" 2>&1 </dev/null && return 0
	tail -n 40 "$log" >&2
	[ "$1" != as_root ] || shift
	fail "$1 (all of it is in $log)"
}

# A clone that root made or built cannot be built by somebody else: that is said at once, not by the first step that fails.
folder_ready()
{
	for path in "$root" "$root/build" "$root/dashboard"; do
		[ ! -e "$path" ] || [ -w "$path" ] ||
			fail "$path cannot be written to by $(id -un): start as $(stat -c %U "$path"), or in a clone of your own" ||
			return 1
	done
}

# Of two that are started at once one builds, and the other waits, also for what an interrupted one has left at work.
build_begin()
{
	mkdir -p "$root/build"
	exec 9>"$root/build/lock"
	flock -n 9 && return 0
	say "another start builds here; this one waits for it"
	flock 9
}

build_end()
{
	exec 9>&-
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo -E "$@"
	fi
}

packages_missing()
{
	for package in "$@"; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
		[ "$state" = installed ] || printf '%s ' "$package"
	done
}

# Debian starts a service as soon as it is installed. Ours are private ones in folders of their own, so none is
# wanted: while this policy stands, packages are told not to start anything.
services_forbid()
{
	[ -e /usr/sbin/policy-rc.d ] && return 0
	printf '#!/bin/sh\n# tandem: no service while packages are installed\nexit 101\n' |
		as_root tee /usr/sbin/policy-rc.d >/dev/null
	as_root chmod 755 /usr/sbin/policy-rc.d
}

services_allow()
{
	if grep -qs '^# tandem:' /usr/sbin/policy-rc.d; then
		as_root rm -f /usr/sbin/policy-rc.d
	fi
}

# What has just been installed must not come up with the next boot either.
services_disable()
{
	[ -d /run/systemd/system ] || return 0
	for service in redis-server nginx kannel; do
		case " $* " in
		*" $service "* | *" $service-light "*) as_root systemctl disable "$service" >/dev/null 2>&1 || true ;;
		esac
	done
}

packages_install()
{
	missing=$(packages_missing "$@")
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		fail "these Debian packages are missing, and there is neither root nor sudo: $missing"
		return 1
	fi
	say "installing Debian packages (this once): $missing"
	log=$(mktemp)
	# Ctrl-C counts once apt-get has ended: what dpkg has begun it brings to its end, and may start no service then either.
	trap 'services_allow; exit 130' HUP INT TERM
	services_forbid || return 1
	good=yes
	# shellcheck disable=SC2086
	{ quietly "$log" as_root apt-get update &&
		quietly "$log" as_root apt-get install -y --no-install-recommends $missing; } || good=no
	services_allow
	trap - HUP INT TERM
	[ "$good" = yes ] || return 1
	# shellcheck disable=SC2086
	services_disable $missing
	rm -f "$log"
}

page_is_stale()
{
	# What was interrupted on its way has files that are not packed yet.
	for path in dist/index.html dist/assets/*.js; do
		[ -f "$path.br" ] || return 0
	done
	[ -n "$(find src public scripts index.html package.json package-lock.json vite.config.ts tsconfig.json \
		-newer dist/index.html 2>/dev/null | head -n 1)" ]
}

# Debian's node is too old for what builds the page, and npm run by it leaves packages out that ask for a newer one.
# The version that the page pins is fetched first, and npm runs by that. Debian's npm keeps its own parts in NODE_PATH.
node_ready()
{
	pinned=$(sed -n 's/^.*"node": "\([0-9.]*\)".*$/\1/p' package.json | head -n 1)
	node=$root/build/node/node_modules/node/bin
	if [ "$("$node/node" --version 2>/dev/null)" != "v$pinned" ]; then
		say "fetching Node $pinned for building the page (this once)"
		mkdir -p "$root/build/node"
		quietly "$root/build/npm-node.log" npm install --prefix "$root/build/node" --no-save \
			--no-package-lock --no-audit --no-fund "node@$pinned" || return 1
	fi
	PATH="$node:$PATH"
	NODE_PATH=/usr/share/nodejs
	export PATH NODE_PATH
}

page_build()
{
	[ -f "$root/dashboard/package.json" ] || return 0
	(
		cd "$root/dashboard" || exit 1
		mkdir -p "$root/build"
		if [ ! -f node_modules/.package-lock.json ] ||
			[ package-lock.json -nt node_modules/.package-lock.json ]; then
			node_ready || exit 1
			say "fetching what builds the page (this once)"
			quietly "$root/build/npm-ci.log" npm ci --no-progress || exit 1
			touch node_modules/.package-lock.json
		fi
		page_is_stale || exit 0
		node_ready || exit 1
		say "building the page"
		quietly "$root/build/npm-build.log" npm run build
	)
}

# build_hub FOLDER ARGUMENTS-OF-CMAKE...
build_hub()
{
	folder=$1
	shift
	mkdir -p "$root/$folder"
	# A repository that was moved or copied brings along what CMake wrote down of its former place, and CMake refuses that.
	home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$root/$folder/CMakeCache.txt" 2>/dev/null) || home=
	[ -z "$home" ] || [ "$home" -ef "$root" ] || rm -rf "$root/$folder/CMakeCache.txt" "$root/$folder/CMakeFiles"
	[ -f "$root/$folder/CMakeCache.txt" ] || set -- -G Ninja "$@"
	quietly "$root/$folder/configure.log" cmake -S "$root" -B "$root/$folder" "$@" || return 1
	say "building in $folder/"
	quietly "$root/$folder/build.log" cmake --build "$root/$folder" -j "$(nproc)"
}
