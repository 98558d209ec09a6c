#!/bin/sh
# Backs up a disk twice, copies it to a second repository, loses the first one, and gets the disk back.
set -eu
cd "${1:?give a folder to work in}"

head -c 8388608 /dev/urandom > web01.raw

bcopy init --repo local --no-encryption
bcopy backup --repo local --job nightly --workload web01 sda=web01.raw

printf 'a change' | dd of=web01.raw bs=1 seek=4194304 conv=notrunc 2> /dev/null
bcopy backup --repo local --job nightly --workload web01 sda=web01.raw

# The copy leaves the house: it is encrypted, and the kit opens it should the password be lost.
head -c 24 /dev/urandom | base64 > offsite.pw
bcopy init --repo offsite --password-file offsite.pw --recovery-kit offsite-kit.txt
bcopy copy --from local --to offsite --password-file offsite.pw --select all
bcopy points --repo offsite --password-file offsite.pw

rm -r local
bcopy restore --repo offsite --password-file offsite.pw --workload web01 --output restored.raw
cmp web01.raw restored.raw
echo "the disk is back, byte by byte"
