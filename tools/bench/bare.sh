#!/bin/sh
# One boot without the harness, as a careful person would try it by hand on the
# reference site: namespaces, a bridge, the daemons in the background, QEMU in
# front. Ends well when the payload has reported with this run's token.
#
#   bare.sh DIR MAC KERNEL INITRD ACCELERATOR MEMORY_MIB [WORD_FOR_QEMU...]
#
# DIR holds what is needed: site/ and supply/ (to lie over this machine's own
# files), the payload's kernel and initrd, token.cpio to go behind the initrd,
# token, and for UEFI code.fd and nvram.fd. KERNEL and INITRD are their places
# below /srv/tftp. It leaves there: serial, the logs, requests.pcap (what was
# asked for over HTTP), power-on and verdict (times of day), and stat.on,
# stat.choice and stat.off (what the namespace's processes had spent by then).
set -eu

if [ "$1" != --inside ]; then
  user=
  [ "$(id -u)" = 0 ] || user="--user --map-root-user --map-auto"
  # shellcheck disable=SC2086  # these are words
  exec unshare $user --net --mount --pid --uts --ipc --fork --kill-child \
    --mount-proc --propagation private sh "$0" --inside "$@"
fi
shift

dir=$1 mac=$2 kernel=$3 initrd=$4 accelerator=$5 memory=$6
shift 6
umask 022
cd "$dir"
mkdir -p log/nginx leases
: >leases/dhcpd.leases
: >leases/dhcpd6.leases

# ---- files: the payload over the site over the loaders over this machine

mount -t tmpfs -o mode=755 run /run
mkdir -p /run/lock /run/site /run/supply /run/dev/net
mkdir -p "/run/own/$(dirname "$kernel")" "/run/own/$(dirname "$initrd")"
cp kernel "/run/own/$kernel"
cat initrd token.cpio >"/run/own/$initrd"
mount --bind site /run/site
mount --bind supply /run/supply
mount -t overlay -o ro,lowerdir=/run/site/etc:/etc etc /etc
mount -t overlay \
  -o ro,lowerdir=/run/own:/run/site/srv/tftp:/run/supply/srv/tftp srv /srv/tftp
mount --bind log /var/log
mount --bind leases /var/lib/dhcp
mount -t tmpfs -o mode=755 nginx /var/lib/nginx
for device in null zero full random urandom net/tun kvm; do
  [ -e "/dev/$device" ] || continue
  : >"/run/dev/$device"
  mount --bind "/dev/$device" "/run/dev/$device"
done
mount --rbind /run/dev /dev
hostname local-server

# ---- network

echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
echo 0 >/proc/sys/net/ipv6/conf/default/accept_ra
echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
ip link set lo up
ip link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
ip link set br0 addrgenmode none up
ip link add eth0 address 52:54:00:00:00:01 type veth peer name server
ip link set server addrgenmode none master br0 up
ip address add 192.0.2.1/24 dev eth0
ip address add 2001:db8::1/64 dev eth0 nodad
ip link set eth0 up
ip tuntap add tap0 mode tap
ip link set tap0 addrgenmode none master br0 up

# ---- daemons, as Debian starts them

busybox syslogd -n -O /var/log/syslog &
dhcpd -4 -f -d -cf /etc/dhcp/dhcpd.conf -lf /var/lib/dhcp/dhcpd.leases \
  -pf /run/dhcpd.pid eth0 2>log/dhcpd4.log &
dhcpd -6 -f -d -cf /etc/dhcp/dhcpd6.conf -lf /var/lib/dhcp/dhcpd6.leases \
  -pf /run/dhcpd6.pid eth0 2>log/dhcpd6.log &
radvd --nodaemon --logmethod stderr_clean --debug 1 2>log/radvd.log &
in.tftpd --foreground --listen --user tftp --address :69 --secure --verbose /srv/tftp &
nginx -g 'daemon off; master_process on;' 2>log/nginx.log &
dnsmasq --keep-in-foreground --log-queries --log-facility=- \
  --conf-file=/etc/dnsmasq.conf --pid-file=/run/dnsmasq.pid 2>log/dnsmasq.log &
tcpdump -i br0 -n -U --immediate-mode -Z root -w requests.pcap 'tcp dst port 80' \
  2>log/tcpdump.log &

look() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 1000 ]; then
      echo "not ready: $*" >&2
      exit 1
    fi
    sleep 0.01
  done
}
look test -S /dev/log
look grep -q 'Server starting service' log/dhcpd4.log
look grep -q 'Server starting service' log/dhcpd6.log
look grep -q 'started' log/radvd.log
# The ports 69, 80 and 53, as the kernel writes them.
look grep -q ':0045 ' /proc/net/udp6
look grep -q ':0050 ' /proc/net/tcp6
look grep -q ':0035 ' /proc/net/udp
look grep -q 'listening on' log/tcpdump.log

# ---- the machine: what harness/guest/domain_xml.py describes

if [ "$accelerator" = kvm ]; then
  cpu=host,migratable=off
else
  cpu=max,migratable=off,erms=off,fsrm=off,la57=off
fi
if [ -e nvram.fd ]; then
  board=q35,usb=off
  nic=romfile=
  set -- "$@" -drive if=pflash,unit=0,format=raw,readonly=on,file=code.fd \
    -drive if=pflash,unit=1,format=raw,file=nvram.fd
else
  board=q35,usb=off,graphics=off
  nic=bootindex=1
  set -- "$@" -boot reboot-timeout=5000
fi

# Told of each request by the capture's growth: nobody looks again and again.
tail -c +1 -f requests.pcap | {
  grep -a -q -m 1 "GET /$kernel HTTP"
  cat /proc/[0-9]*/stat >stat.choice 2>/dev/null || :
} &

cat /proc/1/stat >stat.on
date +%s.%N >power-on
qemu-system-x86_64 -nodefaults -no-user-config -display none \
  -machine "$board" -accel "$accelerator" -cpu "$cpu" -smp 1 -m "$memory" \
  -netdev tap,id=net0,ifname=tap0,script=no,downscript=no \
  -device "virtio-net-pci,netdev=net0,mac=$mac,bus=pcie.0,addr=3,$nic" \
  -object rng-builtin,id=rng0 -device virtio-rng-pci,rng=rng0,bus=pcie.0,addr=4 \
  -chardev file,id=serial0,path=serial -device isa-serial,chardev=serial0 "$@"
if ! grep -q "$(cat token)" serial; then
  echo "the payload has not reported with this run's token:" >&2
  tail -n 12 serial >&2
  exit 1
fi
date +%s.%N >verdict
cat /proc/[0-9]*/stat >stat.off 2>/dev/null || :
