#!/usr/bin/env bash
# Builds the images of docker/ on a bare Debian 12, without an engine, and runs the README's first command in each:
#   tests/images.sh [lib|dev]...     both without an argument
# Needs root, Debian's buildah and debootstrap, and 10 GB below $TMPDIR. The image for development compiles everything.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || {
    echo "tests/images.sh: $tool is missing; on Debian: apt-get install $tool" >&2
    exit 1
  }
done

scratch=$(mktemp -d)
trap 'buildah rm --all >/dev/null; rm -rf "$scratch"' EXIT
# Images are plain folders below $scratch, and a step runs in a changed root.
mkdir "$scratch/images" "$scratch/run"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/images"\nrunroot = "%s/run"\n' "$scratch" "$scratch" \
  >"$scratch/storage.conf"
export CONTAINERS_STORAGE_CONF=$scratch/storage.conf BUILDAH_ISOLATION=chroot

step() { # step NAME COMMAND...: tells how long it took
  local began=$SECONDS name=$1
  shift
  echo "== $name"
  "$@" || {
    echo "tests/images.sh: $name failed" >&2
    exit 1
  }
  echo "== $name: $((SECONDS - began)) s"
}

# The machine's certificates, for networks that have their own.
certificates=(--volume /etc/ssl/certs:/certificates:ro)
base_image() {
  local container
  debootstrap --variant=minbase bookworm "$scratch/root" >"$scratch/debootstrap.log" || return
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$scratch/root" / >/dev/null
  buildah config --env PIP_CERT=/certificates/ca-certificates.crt --env npm_config_cafile=/certificates/ca-certificates.crt \
    "$container"
  buildah commit --quiet --rm "$container" debian:12 >/dev/null
  rm -rf "$scratch/root"
}

image() { # image NAME FOLDER
  buildah build --pull-never "${certificates[@]}" --file "docker/$1.dockerfile" --tag "frazo-$1" "$2"
}

run() { # run NAME COMMAND...
  local container
  container=$(buildah from --pull-never "frazo-$1")
  shift
  buildah run "${certificates[@]}" "$container" -- "$@" && buildah rm "$container" >/dev/null
}

step "a bare Debian 12" base_image
[ $# -gt 0 ] || set -- lib dev
for name; do
  case $name in
  lib)
    ./bazelw build -c opt --noshow_progress //packaging:wheel
    mkdir "$scratch/wheel"
    cp bazel-bin/packaging/wheel/*.whl "$scratch/wheel"
    step "docker/lib.dockerfile" image lib "$scratch/wheel"
    step "training with the wheel" run lib frazo-train --model=image.mnist.LeNet5 --logdir=/tmp/log
    ;;
  dev)
    # What a clone has.
    mkdir "$scratch/clone"
    git archive HEAD | tar --extract --directory="$scratch/clone"
    step "docker/dev.dockerfile" image dev "$scratch/clone"
    step "training in the checkout" run dev ./bazelw run -c opt //:trainer -- \
      --model=image.mnist.LeNet5 --mode=sync --run_locally=cpu --logdir=/tmp/mnist/log
    ;;
  *)
    echo "tests/images.sh: there is no docker/$name.dockerfile; expected lib or dev" >&2
    exit 2
    ;;
  esac
done
