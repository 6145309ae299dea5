/* What the hardware says of itself, the same under every firmware, and how it is switched off. */

#define NONE 0xffffffff
#define CARDS_MAX 8

struct mac {
	u8 byte[6];
};

#ifndef __aarch64__
static u32 pci(u32 device, u8 offset)
{
	outl(0xcf8, 0x80000000 | device << 8 | (offset & 0xfc));
	return inl(0xcfc);
}

/* Give where a BAR's registers are in memory; 0 when they are out of reach. */
static const volatile u8 *registers(u32 device, int bar)
{
	u32 low = pci(device, 0x10 + 4 * bar), high = (low & 6) == 4 ? pci(device, 0x14 + 4 * bar) : 0;
	if (low & 1 || !(low & ~15u) || (high && sizeof(void *) == 4))
		return 0;
	return (const u8 *)(uintptr_t)((u64)high << 32 | (low & ~15u));
}

/* Virtio 1.1, 4.1.4: the capability of type 4 says where the card's own settings are. */
static const volatile u8 *virtio_settings(u32 device)
{
	for (u8 at = pci(device, 0x34); at; at = pci(device, at) >> 8) {
		u32 head = pci(device, at);
		if ((head & 0xff) != 9 || head >> 24 != 4)
			continue;
		const volatile u8 *base = registers(device, pci(device, at + 4) & 7);
		return base ? base + pci(device, at + 8) : 0;
	}
	return 0;
}

/* Ask the card itself: the places are those of QEMU's cards and what they imitate. */
static int read_mac(u32 device, struct mac *mac)
{
	u32 id = pci(device, 0), bar = pci(device, 0x10);
	const volatile u8 *place = 0;
	u16 port = 0;
	if (id == 0x10001af4 || id == 0x10411af4) {
		place = virtio_settings(device);
		port = place || !(bar & 1) ? 0 : (bar & ~3u) + 20;
	} else if ((id & 0xffff) == 0x8086) {
		place = registers(device, 0);
		place = place ? place + 0x5400 : 0;
	} else if (id == 0x813910ec) {
		port = bar & 1 ? bar & ~3u : 0;
	}
	if (!place && !port)
		return 0;
	/* Intel's registers are read as whole words, the others byte by byte. */
	u32 words[2] = {0, 0};
	for (int i = 0; i < 2 && (id & 0xffff) == 0x8086; i++)
		words[i] = ((const volatile u32 *)place)[i];
	for (int i = 0; i < 6; i++)
		mac->byte[i] = words[0] ? words[i / 4] >> 8 * (i % 4) : place ? place[i] : inb(port + i);
	return 1;
}

static int find_cards(struct mac *cards)
{
	int found = 0;
	u32 buses = 1;
	for (u32 device = 0; device < buses << 8 && found < CARDS_MAX; device++) {
		if (pci(device, 0) == NONE) {
			device |= device & 7 ? 0 : 7; /* without a function 0 there is no other */
			continue;
		}
		u32 highest = pci(device, 0x18) >> 16 & 0xff;
		if (pci(device, 8) >> 16 == 0x0604 && highest >= buses)
			buses = highest + 1;
		if (pci(device, 8) >> 16 == 0x0200 && read_mac(device, cards + found))
			found++;
		if (!(device & 7) && !(pci(device, 0xc) & 0x800000))
			device |= 7;
	}
	return found;
}
#else

/* The card that the image came by is known from its device path: no other is looked for. */
static int find_cards(struct mac *cards)
{
	(void)cards;
	return 0;
}
#endif

/* SMBIOS 3.x, 6.1 and 7.2: the UUID is in the structure of type 1. */
static const u8 *system_uuid(const u8 *at, size_t size)
{
	const u8 *end = at + size;
	while (at && at + 4 < end && at[0] != 127) {
		if (at[0] == 1 && at[1] >= 24)
			return at + 8;
		at += at[1];
		while (at + 1 < end && (at[0] || at[1]))
			at++;
		at += 2;
	}
	return 0;
}

/* Take the tables' place from either form of SMBIOS' entry point. */
static const u8 *uuid_of_smbios(const u8 *anchor)
{
	u64 place;
	u32 size = 0;
	if (same(anchor, "_SM3_", 5)) {
		memcpy(&size, anchor + 12, 4);
		memcpy(&place, anchor + 16, 8);
	} else if (same(anchor, "_SM_", 4)) {
		memcpy(&size, anchor + 22, 2);
		place = *(const u32 *)(anchor + 24);
	} else {
		return 0;
	}
	return system_uuid((const u8 *)(uintptr_t)place, size);
}

#ifndef __aarch64__
static void rest(void)
{
	for (;;)
		__asm__ volatile("hlt");
}

/* QEMU's machines: ACPI's PM1a control where SeaBIOS and where OVMF puts it, S5 being 0. */
static void switch_off(void)
{
	outw(0x604, 0x2000);
	outw(0xb004, 0x2000);
	rest();
}

static void reset(void)
{
	outb(0xcf9, 0x02);
	outb(0xcf9, 0x06);
	rest();
}
#else

static void rest(void)
{
	for (;;)
		__asm__ volatile("wfi");
}

/* The firmware does both, by PSCI; where it did not, nobody else can. */
static void switch_off(void) { rest(); }
static void reset(void) { rest(); }
#endif
