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
# Everything of ours stays in one folder: no image of the machine's own is touched. Layers that lie over each other
# are not copied, where the kernel can do that.
driver=vfs
mkdir "$scratch"/{lower,upper,work,over}
if mount -t overlay overlay -o "lowerdir=$scratch/lower,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/over" 2> /dev/null; then
  umount "$scratch/over"
  driver=overlay
fi
store=(--storage-driver "$driver" --root "$scratch/storage" --runroot "$scratch/run")
stored() { buildah "${store[@]}" "$@"; }
runner=
container=
cleanup() {
  # What it started ends with it.
  [ -z "$runner" ] || kill -KILL "$runner" 2> /dev/null || true
  wait
  [ -z "$container" ] || stored umount "$container" > /dev/null 2>&1 || true
  umount --recursive "$scratch/storage/overlay" 2> /dev/null || true
  rm -rf --one-file-system "$scratch"
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
npm install --silent --prefer-offline --no-audit --no-fund --prefix "$scratch/node" "node-linux-$(node -p process.arch)@22" npm@10
mkdir -p "$scratch"/base/usr/local/{bin,lib/node_modules}
cp "$scratch"/node/node_modules/node-linux-*/bin/node "$scratch/base/usr/local/bin/node"
cp -r "$scratch/node/node_modules/npm" "$scratch/base/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$scratch/base/usr/local/bin/npm"
from=$(stored from scratch)
stored add --quiet "$from" "$scratch/base" / > /dev/null
stored config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt --env NPM_CONFIG_PREFER_OFFLINE=true "$from"
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
timeout 500 buildah "${store[@]}" bud --quiet --isolation chroot --format docker --tag poolsim --volume "$cache:/root/.npm" \
  --build-arg BASE=localhost/poolsim-base --build-arg "POOLSIM=/context/$package" \
  --file "$scratch/context/Containerfile" "$scratch/context" > "$scratch/log" 2>&1 || fail "the image could not be built"
: > "$scratch/log"
step "the image is built"

# As the image says: its user, its variables, its folder and its command; as the first process of its own, on a root
# that is only read, with its volume and a /tmp in memory, and without a right.
mkdir "$scratch/volume"
container=$(stored from poolsim)
root=$(stored mount "$container")
of() {
  stored inspect "$container" | node -e '
    const { config } = JSON.parse(require("fs").readFileSync(0, "utf8")).OCIv1;
    for (const one of [config[process.argv[1]]].flat()) process.stdout.write(`${one}\0`);' "$1"
}
mapfile -d "" -t user < <(of User)
mapfile -d "" -t folder < <(of WorkingDir)
mapfile -d "" -t variables < <(of Env)
mapfile -d "" -t entry < <(of Entrypoint)
mapfile -d "" -t command < <(of Cmd)
[ "${user[0]}" = 10001:10001 ] || fail "the image's user is ${user[0]}"
chown 10001:10001 "$scratch/volume"
cat > "$scratch/inside.sh" << 'INSIDE'
set -euo pipefail
root=$1 volume=$2 user=$3 folder=$4
shift 4
mkdir -p "$root"/{proc,dev,tmp} "$root$folder"
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --bind "$volume" "$root$folder"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
cd "$root$folder"
exec setpriv --no-new-privs chroot --userspec="$user" --groups= "$root" /usr/bin/env -i -C "$folder" "$@"
INSIDE
inside() {
  exec unshare --mount --pid --fork --kill-child bash "$scratch/inside.sh" "$root" "$scratch/volume" "${user[0]}" \
    "${folder[0]}" "${variables[@]}" "$@"
}
(inside "${entry[@]}" pool init --demo .) > /dev/null || fail "pool init failed"
written=$(inside node -e '
  for (const path of ["/opt/poolsim/x", "/x", "/etc/x", "/tmp/x", "x"]) {
    try { fs.writeFileSync(path, ""); console.log(path); } catch {}
  }') || fail "it does not start"
[ "$written" = $'/tmp/x\nx' ] || fail "it may write to $written"

port=$(node -e 'const s = require("net").createServer().listen(0, () => (console.log(s.address().port), s.close()))')
sed -i "s/^  port: .*/  port: $port/" "$scratch/volume/pool.yaml"
(inside "${entry[@]}" "${command[@]}") > "$scratch/log" 2>&1 &
runner=$!
url="http://127.0.0.1:$port"
ask() { node -e 'fetch(process.argv[1]).then(async (a) => (console.log(await a.text()), process.exit(a.ok ? 0 : 1)), () => process.exit(1))' "$1"; }
for _ in $(seq 100); do
  ! ask "$url/readyz" > /dev/null || break
  kill -0 "$runner" 2> /dev/null || fail "pool up ended"
  sleep 0.3
done
ask "$url/readyz" > /dev/null || fail "it is not ready"
pool=$(pgrep -P "$runner")
[[ $(tr '\0' ' ' < "/proc/$pool/cmdline") == *"pool up"* ]] || fail "the process is not found"
grep -q '^NSpid:.*[[:space:]]1$' "/proc/$pool/status" || fail "it is not the first process of its own"
[ "$(stat -c %u "/proc/$pool")" = 10001 ] || fail "it runs as another user"
grep -q '^CapEff:[[:space:]]*0*$' "/proc/$pool/status" || fail "it has rights"
for _ in $(seq 100); do
  workers=$(ask "$url/workers" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).workers.length')
  [ "$workers" = 0 ] || break
  sleep 0.3
done
[ "$workers" -gt 0 ] || fail "it imported nothing"
ask "$url/" | grep -qi '<!doctype html>' || fail "there is no page"
check=$(stored inspect --type image poolsim | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).Docker.config.Healthcheck.Test[3]')
[[ $check == *readyz* ]] || fail "the image has no health check"
(inside "POOLSIM_URL=$url" node -e "$check") || fail "the health check says that it is ill"
step "a pool with $workers workers is ready on a root that is only read, and shows its page"

kill -TERM "$pool"
for _ in $(seq 100); do
  [ -d "/proc/$pool" ] || break
  sleep 0.3
done
[ ! -d "/proc/$pool" ] || fail "it does not end on SIGTERM"
wait "$runner" || fail "it ended with $?"
runner=
grep -q '"msg":"stopped"' "$scratch/log" || fail "it did not end by itself"
(inside "${entry[@]}" pool verify --db pool.db) > /dev/null || fail "its books are wrong"
step "it ended by itself, and its books are right"
