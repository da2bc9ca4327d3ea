#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the documentation's site: tools/site.sh FOLDER
. "$(dirname "$0")/environment.sh"
use_venv .venv

# What is shown and what is linked to lies where it lies in the checkout, so that all links work in both places.
site=$work/site
mkdir -p -m 755 "$site/reference"
cp -r README.md CONTRIBUTING.md SECURITY.md CODE_OF_CONDUCT.md CHANGELOG.rst LICENSE docs roles extensions docs/docsite/index.rst "$site"
# Else the documentation of amazon.aws is looked for in this repository.
GIT_CEILING_DIRECTORIES=$PWD antsibull-docs collection --use-current --squash-hierarchy --fail-on-error \
  --no-add-antsibull-docs-version --dest-dir "$site/reference" cloudhsm.iam
# The theme lists a page's contents itself.
sed -i '/^\.\. contents::/,/^$/d' "$site"/reference/*.rst "$site/CHANGELOG.rst"
# The reference says that the collection is on Galaxy. How to install it is a page of this site.
sed -i -E -e 's|`cloudhsm\.iam collection <https://galaxy[^>]*>`_|:doc:`cloudhsm.iam collection </index>`|' \
  -e 's|To install it,? use:? :code:`ansible.{0,2}galaxy collection install cloudhsm\.iam`\.|How to install it: :doc:`/docs/installing`.|' \
  "$site"/reference/*.rst
if grep -nE 'collection install cloudhsm|galaxy\.ansible\.com/[^ ]*cloudhsm' "$site"/reference/*.rst; then
  echo "A page of the reference tells to install from Galaxy, see above." >&2
  exit 1
fi
mkdir "$work/pages"
sphinx-build --quiet --fail-on-warning --keep-going --builder html \
  --conf-dir docs/docsite --doctree-dir "$work/doctrees" "$site" "$work/pages"
# What a page links to may be elsewhere; what it loads may not.
if grep -rnoE --include='*.html' '<(script|link|img|iframe|source)[^>]*(src|href)="(https?:)?//[^"]*' "$work/pages" ||
  grep -rnoE --include='*.css' '(@import|url\()[ "'\'']*(https?:)?//[^)]*' "$work/pages"; then
  echo "A page of the site loads something from elsewhere, see above." >&2
  exit 1
fi

rm -rf "$1"
mkdir -p "$(dirname "$1")"
mv "$work/pages" "$1"
