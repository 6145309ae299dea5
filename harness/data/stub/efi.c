/* The payload as an EFI program: x64, ia32 or arm64, by its own entry or by Linux's handover.
 *
 * Tables are read by the place of a member (UEFI 2.10: 4.3 system table, 4.4 boot services,
 * 4.5 runtime services): behind a header of 24 bytes all that is used is a pointer's size.
 */
#include "base.h"
#include "sha256.h"
#include "initrd.h"
#include "machine.h"
#include "report.h"

#ifdef __x86_64__
#define EFI __attribute__((ms_abi))
#else
#define EFI
#endif

typedef size_t status;
typedef uint16_t char16;

extern const u8 kernel_start[] __attribute__((visibility("hidden"))); /* image.lds */

#define ERROR_BIT ((status)1 << (8 * sizeof(status) - 1))
#define LOAD_ERROR (ERROR_BIT | 1)
#define NOT_FOUND (ERROR_BIT | 14)
#define BUFFER_TOO_SMALL (ERROR_BIT | 5)
#define PAGE 0x1000
#define LENGTH_OFFSET 0x08 /* in the protected-mode part, as head32.S has it */

struct guid {
	u32 a;
	u16 b, c;
	u8 d[8];
};

static const struct guid
	loaded_image_guid = {0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b}},
	device_path_guid = {0x09576e91, 0x6d3f, 0x11d2, {0x8e, 0x39, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b}},
	file_system_guid = {0x964e5b22, 0x6459, 0x11d2, {0x8e, 0x39, 0, 0xa0, 0xc9, 0x69, 0x72, 0x3b}},
	load_file2_guid = {0x4006c0c1, 0xfcb3, 0x403e, {0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d}},
	smbios_guid = {0xeb9d2d31, 0x2d88, 0x11d3, {0x9a, 0x16, 0, 0x90, 0x27, 0x3f, 0xc1, 0x4d}},
	smbios3_guid = {0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}},
	variable_guid = {0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};

/* Linux's own (drivers/firmware/efi/libstub): who has it hands the initrd over by LoadFile2. */
static const struct {
	u8 type, kind;
	u16 size;
	struct guid guid;
	u8 end[4];
} initrd_path = {4, 3, 20,
		 {0x5568e427, 0x68fc, 0x4f3d, {0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68}},
		 {0x7f, 0xff, 4, 0}};

struct system_table {
	u8 header[24];
	void *vendor;
	u32 revision;
	void *console[6];
	void *runtime, *boot;
	size_t count;
	struct {
		struct guid guid;
		const u8 *table;
	} *tables;
};

struct loaded_image {
	u32 revision;
	void *parent, *system, *device, *path, *reserved;
	u32 options_size;
	const char16 *options;
	u8 *base;
};

struct file {
	u64 revision;
	status EFI (*open)(struct file *, struct file **, const char16 *, u64, u64);
	void *close, *remove;
	status EFI (*read)(struct file *, size_t *, void *);
	void *write;
	status EFI (*get_position)(struct file *, u64 *);
	status EFI (*set_position)(struct file *, u64);
};

struct file_system {
	u64 revision;
	status EFI (*open_volume)(struct file_system *, struct file **);
};

struct load_file {
	status EFI (*load)(struct load_file *, const void *, u8, size_t *, void *);
};

struct firmware {
	struct system_table *system;
	void *handle;
};

static void *service(void *table, int number) { return ((void **)((u8 *)table + 24))[number]; }

#define BOOT(number) service(firmware->system->boot, number)

static void *protocol(const struct firmware *firmware, void *handle, const struct guid *guid)
{
	void *found = 0;
	status EFI (*handle_protocol)(void *, const struct guid *, void **) = BOOT(16);
	return handle && !handle_protocol(handle, guid, &found) ? found : 0;
}

static u8 *allocate(const struct firmware *firmware, size_t size)
{
	u64 place = 0;
	status EFI (*allocate_pages)(int, int, size_t, u64 *) = BOOT(2);
	return allocate_pages(0, 2, (size + PAGE - 1) / PAGE, &place) ? 0 : (u8 *)(uintptr_t)place;
}

static void handed(struct boot *boot, const u8 *data, size_t size)
{
	if (data && size && boot->handed < HANDED_MAX) {
		boot->initrd[boot->handed].data = data;
		boot->initrd[boot->handed++].size = size;
	}
}

/* Take what the loader offers by LoadFile2; say whether it offers that at all. */
static int take_offered(const struct firmware *firmware, struct boot *boot)
{
	const void *path = &initrd_path;
	void *device;
	status EFI (*locate)(const struct guid *, const void **, void **) = BOOT(20);
	if (locate(&load_file2_guid, &path, &device))
		return 0;
	struct load_file *by = protocol(firmware, device, &load_file2_guid);
	size_t size = 0;
	if (!by || by->load(by, path, 0, &size, 0) != BUFFER_TOO_SMALL)
		return 1;
	u8 *data = allocate(firmware, size);
	if (!data || by->load(by, path, 0, &size, data))
		boot->error = "the initrd that the loader offers cannot be read";
	else
		handed(boot, data, size);
	return 1;
}

static int take_file(const struct firmware *firmware, struct boot *boot, struct file *root, struct piece name)
{
	char16 text[256];
	struct file *file;
	u64 size = 0;
	size_t i = 0;
	for (; i < name.size && i < 255; i++)
		text[i] = name.data[i] == '/' ? '\\' : name.data[i];
	text[i] = 0;
	if (!root || root->open(root, &file, text, 1, 0))
		return 0;
	if (file->set_position(file, ~0ull) || file->get_position(file, &size) || file->set_position(file, 0))
		return 0;
	size_t got = size;
	u8 *data = allocate(firmware, got);
	if (!data || file->read(file, &got, data) || got != size)
		return 0;
	handed(boot, data, got);
	return 1;
}

/* Take the files that the command line names, from where this image came from. */
static void take_named(const struct firmware *firmware, struct boot *boot, void *device)
{
	struct file_system *system = protocol(firmware, device, &file_system_guid);
	struct file *root = 0;
	if (system && system->open_volume(system, &root))
		root = 0;
	for (const char *at = boot->cmdline; *at;) {
		struct piece name = {(const u8 *)at, 0};
		while (*at && *at != ' ')
			at++;
		name.size = (const u8 *)at - name.data;
		while (*at == ' ')
			at++;
		if (name.size < 7 || !same(name.data, "initrd=", 7))
			continue;
		name.data += 7;
		name.size -= 7;
		if (!take_file(firmware, boot, root, name))
			boot->error = "an initrd that the command line names was not handed over";
	}
}

/* Write the options as UTF-8, up to the line's end, as long as Linux would take them. */
static void command_line(const struct loaded_image *image, char *out)
{
	size_t at = 0, count = image->options ? image->options_size / 2 : 0;
	for (size_t i = 0; i < count && at < TEXT_MAX - 4; i++) {
		u16 c = image->options[i];
		if (!c || c == '\n')
			break;
		if (c >= 0x800) {
			out[at++] = 0xe0 | c >> 12;
			out[at++] = 0x80 | (c >> 6 & 63);
		} else if (c >= 0x80) {
			out[at++] = 0xc0 | c >> 6;
		}
		out[at++] = c < 0x80 ? c : 0x80 | (c & 63);
	}
	out[at] = 0;
}

static u32 memory_mib(const struct firmware *firmware)
{
	size_t size = 16 * PAGE, key, step = 0;
	u32 version;
	u64 pages = 0;
	u8 *map = allocate(firmware, size);
	status EFI (*get_map)(size_t *, void *, size_t *, size_t *, u32 *) = BOOT(4);
	if (!map || get_map(&size, map, &key, &step, &version))
		return 0;
	for (size_t at = 0; at + step <= size; at += step) {
		u32 type = *(u32 *)(map + at);
		if ((type >= 1 && type <= 4) || type == 7)
			pages += *(u64 *)(map + at + 24);
	}
	return pages >> 8;
}

static const char *secure_boot(const struct firmware *firmware)
{
	static const char16 name[] = {'S', 'e', 'c', 'u', 'r', 'e', 'B', 'o', 'o', 't', 0};
	u8 value = 0;
	size_t size = 1;
	status EFI (*get)(const char16 *, const struct guid *, u32 *, size_t *, void *) =
		service(firmware->system->runtime, 6);
	status result = get(name, &variable_guid, 0, &size, &value);
	return result == NOT_FOUND ? "off" : result ? "unknown" : value ? "on" : "off";
}

static const u8 *find_uuid(const struct system_table *system)
{
	const u8 *uuid = 0;
	for (size_t i = 0; i < system->count && !uuid; i++)
		if (same(&system->tables[i].guid, &smbios_guid, 16) ||
		    same(&system->tables[i].guid, &smbios3_guid, 16))
			uuid = uuid_of_smbios(system->tables[i].table);
	return uuid;
}

/* Put the card that the image came by first: its MAC is in the device's path (UEFI, 10.3.4.11). */
static void find_mac(const struct firmware *firmware, struct boot *boot, void *device)
{
	const u8 *at = protocol(firmware, device, &device_path_guid);
	for (; at && at[0] != 0x7f; at += at[2] | at[3] << 8)
		if (at[0] == 3 && at[1] == 11) {
			memcpy(boot->card[0].byte, at + 4, 6);
			boot->cards = 1;
		}
	boot->cards += find_cards(boot->card + boot->cards);
}

static void end(const struct firmware *firmware, const struct boot *boot)
{
	struct piece how = word(boot->cmdline, "harness.end=");
	void EFI (*reset_system)(int, status, size_t, void *) = service(firmware->system->runtime, 10);
	if (is(how, "stay"))
		rest();
	reset_system(is(how, "reset") ? 0 : 2, 0, 0, 0);
	if (is(how, "reset"))
		reset();
	switch_off();
}

/* The sum that stands at the end of the protected-mode part; harness/assets/stub.py writes it there. */
static int is_whole(const u8 *kernel)
{
	const u32 *word = (const u32 *)kernel;
	u32 sum = 0, count = *(const u32 *)(kernel + LENGTH_OFFSET) / 4;
	if (!count)
		return 0;
	for (u32 i = 0; i < count - 1; i++)
		sum = (sum << 1 | sum >> 31) + word[i];
	return sum == word[count - 1];
}

static status run(const struct firmware *firmware, struct boot *boot, void *device)
{
	boot->kernel = kernel_start;
	boot->firmware = "uefi";
	if (!is_whole(boot->kernel))
		boot->error = "the kernel is damaged";
	boot->memory_mib = memory_mib(firmware);
	boot->secure_boot = secure_boot(firmware);
	boot->uuid = find_uuid(firmware->system);
	find_mac(firmware, boot, device);
	report(boot);
	/* Linux too gives up, and back to its loader, when an initrd cannot be had. */
	if (boot->error)
		return LOAD_ERROR;
	end(firmware, boot);
	return 0;
}

status EFI efi_main(void *handle, struct system_table *system)
{
	struct firmware firmware = {system, handle};
	struct boot boot = {0};
	char cmdline[TEXT_MAX];
	struct loaded_image *image = protocol(&firmware, handle, &loaded_image_guid);
	if (!image)
		return LOAD_ERROR;
	command_line(image, cmdline);
	boot.cmdline = cmdline;
	if (!take_offered(&firmware, &boot))
		take_named(&firmware, &boot, image->device);
	return run(&firmware, &boot, image->device);
}

#ifndef __aarch64__
/* Linux's handover: the loader has filled in what a BIOS' loader would. */
status efi_handover(void *handle, struct system_table *system, const u8 *params)
{
	struct firmware firmware = {system, handle};
	struct boot boot = {0};
	struct loaded_image *image = protocol(&firmware, handle, &loaded_image_guid);
	u32 cmdline = *(const u32 *)(params + 0x228);
	boot.cmdline = cmdline ? (const char *)(uintptr_t)cmdline : "";
	if (!take_offered(&firmware, &boot))
		handed(&boot, (const u8 *)(uintptr_t)*(const u32 *)(params + 0x218), *(const u32 *)(params + 0x21c));
	return run(&firmware, &boot, image ? image->device : 0);
}
#endif
