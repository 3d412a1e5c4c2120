#!/usr/bin/env bash
# Builds the Containerfile for real, on a small Debian with Node from npm, and keeps a pool in it: it has to be
# ready, answer, write nowhere but to its volume, and end by itself on SIGTERM. Needs root, buildah, mmdebstrap,
# Debian's archive and npm's registry; a built checkout.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in buildah mmdebstrap; do
  if ! command -v "$program" > /dev/null; then
    echo "no $program here (Debian: apt-get install $program): the container is not tried"
    exit 0
  fi
done

scratch=$(mktemp -d /tmp/poolsim-container-XXXXXX)
# Everything of ours stays in one folder: no image of the machine's own is touched.
stored() { buildah --storage-driver vfs --root "$scratch/storage" --runroot "$scratch/run" "$@"; }
pool=
runner=
cleanup() {
  [ -z "$pool" ] || kill -KILL "$pool" 2> /dev/null || true
  # buildah ends what it runs when it is told to end.
  [ -z "$runner" ] || kill -TERM "$runner" 2> /dev/null || true
  wait
  rm -rf "$scratch"
}
trap cleanup EXIT

begun=$SECONDS
step() { echo "container: $1, after $((SECONDS - begun)) s"; }
fail() {
  echo "container: $1" >&2
  cat "$scratch/log" >&2 2> /dev/null || true
  exit 1
}

# A base as official images of Node are: Debian's libraries, Node and npm, here from npm's packages.
mmdebstrap --quiet --mode=root --variant=extract --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
  --include=base-files,dash,coreutils,libstdc++6 bookworm "$scratch/base" > "$scratch/debian.log" 2>&1 ||
  {
    tail -5 "$scratch/debian.log"
    echo "no base could be made from Debian's archive: the container is not tried"
    exit 0
  }
rm -rf "$scratch"/base/usr/share/{doc,locale,man,info} "$scratch"/base/var/cache/apt "$scratch"/base/var/lib/apt
# The registry is reached as from this machine: with its certificates.
mkdir -p "$scratch/base/etc/ssl/certs"
cp /etc/ssl/certs/ca-certificates.crt "$scratch/base/etc/ssl/certs/ca-certificates.crt"
npm install --silent --no-audit --no-fund --prefix "$scratch/node" "node-linux-$(node -p process.arch)@22" npm@10
mkdir -p "$scratch"/base/usr/local/{bin,lib/node_modules}
cp "$scratch"/node/node_modules/node-linux-*/bin/node "$scratch/base/usr/local/bin/node"
cp -r "$scratch/node/node_modules/npm" "$scratch/base/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$scratch/base/usr/local/bin/npm"
from=$(stored from scratch)
stored add --quiet "$from" "$scratch/base" / > /dev/null
stored config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$from"
stored commit --quiet "$from" poolsim-base > /dev/null
stored rm "$from" > /dev/null
rm -rf "$scratch/base" "$scratch/node"
step "a base of Debian and Node is made"

# The package of this checkout, with the cache of npm that is here.
mkdir "$scratch/context"
cp Containerfile .containerignore "$scratch/context/"
npm pack --silent --ignore-scripts --pack-destination "$scratch/context" > /dev/null
package=$(basename "$scratch"/context/*.tgz)
cache=$(npm config get cache)
mkdir -p "$cache"
timeout 500 buildah --storage-driver vfs --root "$scratch/storage" --runroot "$scratch/run" bud --quiet --isolation chroot --format docker --tag poolsim --volume "$cache:/root/.npm" \
  --build-arg BASE=localhost/poolsim-base --build-arg "POOLSIM=/context/$package" \
  --file "$scratch/context/Containerfile" "$scratch/context" > "$scratch/log" 2>&1 || fail "the image could not be built"
: > "$scratch/log"
step "the image is built"

# Its volume, of the user that the image says.
mkdir "$scratch/volume"
container=$(stored from poolsim)
user=$(stored inspect --format '{{.OCIv1.Config.User}}' "$container")
[ "$user" = 10001:10001 ] || fail "the image's user is $user"
chown "$user" "$scratch/volume"
main=/opt/poolsim/node_modules/poolsim/dist/cli/main.js
inside() {
  stored run --isolation chroot --cap-drop all --volume "$scratch/volume:/var/lib/poolsim" "$container" -- "$@"
}
inside node "$main" pool init --demo . > /dev/null || fail "pool init failed"
! inside node -e 'fs.writeFileSync("/opt/poolsim/x", "")' 2> /dev/null || fail "it may write to its own program"

port=$(node -e 'const s = require("net").createServer().listen(0, () => (console.log(s.address().port), s.close()))')
sed -i "s/^  port: .*/  port: $port/" "$scratch/volume/pool.yaml"
# As the entry point and the command of the image say; buildah passes no signals on, so that the process is found.
inside node "$main" pool up pool.yaml > "$scratch/log" 2>&1 &
runner=$!
url="http://127.0.0.1:$port"
ask() { node -e 'fetch(process.argv[1]).then(async (a) => (console.log(await a.text()), process.exit(a.ok ? 0 : 1)), () => process.exit(1))' "$1"; }
for _ in $(seq 100); do
  ! ask "$url/readyz" > /dev/null || break
  kill -0 "$runner" 2> /dev/null || fail "pool up ended"
  sleep 0.3
done
ask "$url/readyz" > /dev/null || fail "it is not ready"
pool=$(node -e '
  const fs = require("fs");
  const parentOf = (pid) => Number(/^PPid:\s*(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  const isOurs = (pid) => pid > 1 && (pid === Number(process.argv[1]) || isOurs(parentOf(pid)));
  for (const pid of fs.readdirSync("/proc").map(Number).filter(Boolean)) {
    try {
      const words = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      if (words[2] === "pool" && words[3] === "up" && isOurs(pid)) console.log(pid);
    } catch {}
  }' "$runner" | head -n 1)
[ -n "$pool" ] || fail "the process is not found"
owner=$(stat -c %u "/proc/$pool")
[ "$owner" = 10001 ] || fail "it runs as user $owner"
for _ in $(seq 100); do
  workers=$(ask "$url/workers" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).workers.length')
  [ "$workers" = 0 ] || break
  sleep 0.3
done
[ "$workers" -gt 0 ] || fail "it imported nothing"
ask "$url/" | grep -qi '<!doctype html>' || fail "there is no page"
check=$(stored inspect --type image poolsim | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).Docker.config.Healthcheck.Test[3]')
[[ $check == *readyz* ]] || fail "the image has no health check"
stored run --isolation chroot --env "POOLSIM_URL=$url" "$container" -- node -e "$check" || fail "the health check says that it is ill"
step "a pool with $workers workers is ready, and shows its page"

kill -TERM "$pool"
for _ in $(seq 100); do
  [ -d "/proc/$pool" ] || break
  sleep 0.3
done
[ ! -d "/proc/$pool" ] || fail "it does not end on SIGTERM"
pool=
grep -q '"msg":"stopped"' "$scratch/log" || fail "it did not end by itself"
inside node "$main" pool verify --db pool.db > /dev/null || fail "its books are wrong"
step "it ended by itself, and its books are right"
