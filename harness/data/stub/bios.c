/* The payload behind Linux's boot protocol: by a BIOS, or by a loader that has left UEFI.
 *
 * The offsets are those of struct boot_params (Documentation/arch/x86/zero-page.rst).
 */
#include "base.h"
#include "sha256.h"
#include "initrd.h"
#include "machine.h"
#include "report.h"

#define EL32 0x32334c45 /* "EL32": who left the firmware, and its tables, behind */
#define EL64 0x34364c45
#define AT(type, offset) (*(const type *)(params + (offset)))

/* Look in the tables that 32-bit UEFI names (UEFI 2.10, 4.3), then where a BIOS has its own. */
static const u8 *find_uuid(const u8 *params)
{
	const u32 *system = (const u32 *)(uintptr_t)AT(u32, 0x1c4);
	for (u32 i = 0; AT(u32, 0x1c0) == EL32 && i < system[16]; i++) {
		const u32 *table = (const u32 *)(uintptr_t)(system[17] + 20 * i);
		const u8 *uuid = 0;
		if (table[0] == 0xeb9d2d31 || table[0] == 0xf2fd1544)
			uuid = uuid_of_smbios((const u8 *)(uintptr_t)table[4]);
		if (uuid)
			return uuid;
	}
	for (const u8 *at = (const u8 *)0xf0000; at < (const u8 *)0x100000; at += 16) {
		const u8 *uuid = uuid_of_smbios(at);
		if (uuid)
			return uuid;
	}
	return 0;
}

/* Add up what the E820 map, or else the older call, says is there. */
static u32 memory_mib(const u8 *params)
{
	u64 sum = 0;
	for (int i = 0; i < AT(u8, 0x1e8); i++)
		if (AT(u32, 0x2d0 + 20 * i + 16) == 1)
			sum += AT(u64, 0x2d0 + 20 * i + 8);
	return sum ? sum >> 20 : (AT(u32, 0x1e0) + 1024) >> 10;
}

void bios_main(const u8 *params, const u8 *kernel)
{
	struct boot boot = {.kernel = kernel, .secure_boot = "unknown"};
	const char *cmdline = (const char *)(uintptr_t)AT(u32, 0x228);
	boot.firmware = AT(u32, 0x1c0) == EL32 || AT(u32, 0x1c0) == EL64 ? "uefi" : "bios";
	if (AT(u8, 0x1ec) >= 2)
		boot.secure_boot = AT(u8, 0x1ec) == 3 ? "on" : "off";
	boot.cmdline = cmdline ? cmdline : "";
	boot.memory_mib = memory_mib(params);
	boot.uuid = find_uuid(params);
	boot.cards = find_cards(boot.card);
	if (AT(u32, 0x218) && AT(u32, 0x21c)) {
		boot.initrd[0].data = (const u8 *)(uintptr_t)AT(u32, 0x218);
		boot.initrd[0].size = AT(u32, 0x21c);
		boot.handed = 1;
	}
	report(&boot);
	struct piece end = word(boot.cmdline, "harness.end=");
	if (is(end, "stay"))
		rest();
	if (is(end, "reset"))
		reset();
	switch_off();
}
