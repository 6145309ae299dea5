# Stop where the stub payload begins on a BIOS, and look with what it was called. Behind the
# command that `harness up --boot bios-ipxe-rom --gdb` prints: `-batch -x docs/stub.gdb`.
set pagination off
monitor system_reset
hbreak bios_main
continue
# QEMU's registers are those of a 64-bit processor, and the code has 32 bits: its arguments lie
# on the stack, struct boot_params first (Documentation/arch/x86/boot.rst).
info registers rip rsp
set $params = *(unsigned int *) ($rsp + 4)
printf "command line: %s\n", *(unsigned int *) ($params + 0x228)
detach
