#!/bin/sh
# The first process of a lab: it lays the mounts that make this host look like
# the site's boot server, then waits as pid 1 and reaps.
#
# Lines on standard output tell the harness how far it is: "made" (the namespaces
# exist: map the ids of the user's), "prepared" (the private /run exists: lay the
# layers and /run/harness/fstab there), and "ready". Between them it waits for a
# line on standard input; the end of standard input before the last ends the lab.
set -eu
umask 022

echo made
read -r _

mount -t tmpfs -o mode=755 lab-run /run
mkdir -p /run/harness/layer /run/harness/dev /run/lock

# A boot server forwards between its links and does not wait for duplicate
# address detection: nobody else can hold its addresses in here.
echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
# The bridge shares the server's network namespace; without this it would answer
# ARP for the server's address, with a MAC address of its own.
echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore

echo prepared
read -r _

# A directory at the top that this host lacks can be made in a root of the lab's own only, which
# has all else of the host's.
if [ -s /run/harness/tops ]; then
	root=/run/harness/root
	mkdir $root
	mount -t tmpfs -o mode=755 lab-root $root
	# Else the copy of /run, in which it lies, would hold it, too.
	mount --make-unbindable $root
	for each in /*; do
		if [ -L "$each" ]; then
			cp -P "$each" "$root$each"
		elif [ -d "$each" ]; then
			mkdir "$root$each"
			mount --rbind "$each" "$root$each"
			mountpoint -q "$each" || echo "$each" >>/run/harness/read-only
		fi
	done
	while IFS= read -r top; do
		mkdir "$root/$top"
	done </run/harness/tops
	mount --make-private $root
	mkdir $root/.host
	pivot_root $root $root/.host
	umount -l /.host
	rmdir /.host
	cd /
fi
mount --all --fstab /run/harness/fstab
# Of the places where this host has its cgroups, libvirtd takes the last, be it in a chroot's /sys
# that one of the mounts above has covered, and no guest starts: let it be one that is there.
set --
while read -r _ place kind _; do
	case $kind in cgroup | cgroup2) set -- "$@" "$place" ;; esac
done </proc/mounts
if [ "$(printf '%s\n' "$@")" != "$(stat -c %m "$@" 2>/dev/null)" ]; then
	for place; do
		! mountpoint -q "$place" || mount --bind "$place" "$place" ||
			echo "cgroups are not found at $place"
	done
fi
# What no mount above has covered belongs to the user: look, do not touch.
while IFS= read -r place; do
	mount --options-source mtab -o remount,bind,ro "$place" || echo "still writable: $place"
done </run/harness/read-only
mount --options-source mtab -o remount,bind,ro /
hostname --file /etc/hostname

echo ready
exec catatonit -P
