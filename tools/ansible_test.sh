#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs ansible-test on a copy of the checkout that lies where ansible-test wants it:
# tools/ansible_test.sh VENV sanity ...
. "$(dirname "$0")/environment.sh"
use_venv "$1"
shift

site=$(site_packages)
here=$work/ansible_collections/cloudhsm/iam
mkdir -p "$here"
git ls-files -z -co --exclude-standard | tar --null -T - -cf - | tar -C "$here" -xf -
# module_utils and documentation of amazon.aws are looked for beside the collection.
ln -s "$site/ansible_collections/amazon" "$work/ansible_collections/amazon"

# ansible-test fetches get-pip.py from a site of its own; the interpreter's ensurepip does the same offline.
export HOME=$work/home
mkdir -p "$HOME/.ansible/test/cache"
for version in 24_2 25_2; do
  cp tools/get_pip.py "$HOME/.ansible/test/cache/get_pip_$version.py"
done

version=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')
cd "$here"
what=$1
shift
ansible-test "$what" --local --python "$version" --color no "$@"
