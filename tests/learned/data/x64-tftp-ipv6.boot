machine   x64-tftp-ipv6

router    2001:db8::1 advertises 2001:db8::/64 on-link, not autonomous, valid 86400 s, preferred
          14400 s; managed, other; default router for 30 s; hop limit 64

firmware  asks DHCPv6 as PXEClient, client arch 0x0007
answer    2001:db8::1 gives {address6} from 2001:db8::1:0-2001:db8::1:ffff for 2592000 s;
          preferred 604800 s; T1 3600 s; T2 7200 s; DNS 2001:db8::1; file
          tftp://[2001:db8::1]/ipxe.efi
firmware  fetches ipxe.efi over TFTP, IPv6, from 2001:db8::1

iPXE      asks DHCPv4 as iPXE, client arch 0x0007
answer    192.0.2.1 gives {address} from 192.0.2.64-192.0.2.127 for 600 s; mask 255.255.255.0;
          router 192.0.2.1; DNS 192.0.2.1; next-server 192.0.2.1; file
          http://192.0.2.1/script.ipxe
iPXE      asks DHCPv6 as iPXE, client arch 0x0007
answer    2001:db8::1 gives {address6} from 2001:db8::1:0-2001:db8::1:ffff for 2592000 s;
          preferred 604800 s; T1 3600 s; T2 7200 s; DNS 2001:db8::1; file
          http://[2001:db8::1]/script.ipxe
iPXE      fetches script.ipxe over HTTP, IPv4, from 192.0.2.1                   # sha256 15fc36e999f8
iPXE      asks for script.ipxe-{mac} over HTTP, IPv4, from 192.0.2.1: not found
iPXE      asks for script.ipxe-{mac} over HTTP, IPv6, from 2001:db8::1: not found
iPXE      fetches showmax/vmlinuz over HTTP, IPv4, from 192.0.2.1
iPXE      fetches showmax/initrd.img over HTTP, IPv4, from 192.0.2.1

boots     showmax/vmlinuz with showmax/initrd.img
words     vmlinuz initrd=initrd.img fetch=http://local-server/stretch/filesystem.squashfs
          live-media-path=/ boot=live noprompt noeject live-config.username=root
          BOOTIF=01-{mac:hexhyp}

system    asks DHCPv4
answer    192.0.2.1 gives {address} from 192.0.2.64-192.0.2.127 for 600 s; mask 255.255.255.0;
          router 192.0.2.1; DNS 192.0.2.1; file undionly.kpxe
system    asks DHCPv6
answer    2001:db8::1 gives {address6} from 2001:db8::1:0-2001:db8::1:ffff for 2592000 s;
          preferred 604800 s; T1 3600 s; T2 7200 s
has       {address}, {address6}

ends      switched off by the payload
