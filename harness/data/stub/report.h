/* The report: the one line that payload/report.awk writes for Linux, and what is new. */

#define AREA_OFFSET 0x20 /* in the protected-mode part, as head32.S has it */

struct boot {
	const u8 *kernel; /* the protected-mode part, which holds this run's entry */
	const char *firmware;
	const char *cmdline;
	const char *secure_boot;
	const u8 *uuid;
	const char *error;
	u32 memory_mib;
	int handed;
	int cards;
	struct piece initrd[HANDED_MAX];
	struct mac card[CARDS_MAX + 1];
};

/* `@` too is escaped, so that nothing in the report can look like its end. */
static void quote(struct piece text)
{
	put('"');
	for (size_t i = 0; i < text.size; i++) {
		u8 c = text.data[i];
		if (c == '@') {
			say("\\u0040");
		} else if (c >= ' ' && c != 0x7f) {
			if (c == '"' || c == '\\')
				put('\\');
			put(c);
		}
	}
	put('"');
}

static void field(const char *name, const char *text)
{
	struct piece piece = {(const u8 *)text, length(text)};
	say(",\"");
	say(name);
	say("\":");
	quote(piece);
}

static void say_piece(struct piece piece, int before)
{
	u32 hash[8];
	sha256(piece.data, piece.size, hash);
	say(before ? ",{\"size\":" : "{\"size\":");
	say_number(piece.size);
	say(",\"sha256\":\"");
	for (int i = 0; i < 8; i++)
		say_hex(hash[i], 8);
	say("\"}");
}

/* Give the text behind `name=` on a command line, or nothing. */
static struct piece word(const char *cmdline, const char *name)
{
	struct piece found = {0, 0};
	size_t size = length(name);
	for (const char *at = cmdline; *at;) {
		size_t end = 0;
		while (at[end] && at[end] != ' ')
			end++;
		if (end >= size && same(at, name, size)) {
			found.data = (const u8 *)at + size;
			found.size = end - size;
		}
		at += end;
		while (*at == ' ')
			at++;
	}
	return found;
}

static int is(struct piece text, const char *wanted)
{
	return text.size == length(wanted) && same(text.data, wanted, text.size);
}

/*
 * Write the MAC of the card that BOOTIF= names, if it is here; without BOOTIF= the first one's. It
 * may have the type of the hardware before it (PXELINUX, iPXE) or not (GRUB's net_default_mac).
 */
static void say_mac(const struct boot *boot)
{
	struct piece named = word(boot->cmdline, "BOOTIF=");
	if (named.size == 20) {
		named.data += 3;
		named.size -= 3;
	}
	for (int i = 0; i < boot->cards; i++) {
		char text[18];
		for (int j = 0; j < 6; j++) {
			u8 byte = boot->card[i].byte[j];
			text[3 * j] = "0123456789abcdef"[byte >> 4];
			text[3 * j + 1] = "0123456789abcdef"[byte & 15];
			text[3 * j + 2] = j < 5 ? ':' : 0;
		}
		int differ = named.size && named.size != 17;
		for (size_t j = 0; j < named.size && j < 17; j++) {
			u8 c = named.data[j];
			differ |= (c == '-' ? ':' : c < 'a' && c > '9' ? c | 0x20 : c) != (u8)text[j];
		}
		if (!differ) {
			field("mac", text);
			return;
		}
	}
	field("mac", "");
}

static void say_uuid(const u8 *uuid)
{
	static const u8 order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
	say(",\"uuid\":\"");
	for (int i = 0; uuid && i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			put('-');
		say_hex(uuid[order[i]], 2);
	}
	put('"');
}

/* Compare the entry of the kernel's file with the initrd's; give what Linux would die of. */
static const char *fault(const struct boot *boot, struct entry *entry)
{
	struct entry filed = {0};
	const u8 *area = boot->kernel + AREA_OFFSET;
	int needed, whole = 1;
	filed.token = line_of(area, 64);
	area += filed.token.size + 1;
	filed.name = line_of(area, 400);
	needed = !is(line_of(area + filed.name.size + 1, 16), "none");
	*entry = filed;
	for (int i = 0; i < boot->handed; i++)
		whole &= each_archive(boot->initrd[i], entry, 0);
	if (boot->error)
		return boot->error;
	if (needed && !boot->handed)
		return "no initrd was handed over";
	if (!whole)
		return "an initrd is cut short or damaged";
	if (needed && entry->token.data == filed.token.data)
		return "the initrd is cut short, or another's: it does not name this run";
	if (filed.name.size && (filed.name.size != entry->name.size ||
				!same(filed.name.data, entry->name.data, filed.name.size)))
		return "the kernel's file is another entry's than the initrd";
	return 0;
}

static void report(const struct boot *boot)
{
	struct entry entry;
	const char *error = fault(boot, &entry);
	if (error) {
		say("\r\nPayload: ");
		say(error);
	}
	say("\r\n@@HARNESS-PAYLOAD {\"token\":");
	quote(entry.token);
	say(",\"entry\":");
	quote(entry.name);
	field("firmware", boot->firmware);
	say_mac(boot);
	field("cmdline", boot->cmdline);
	field("payload", "stub");
	say(",\"initrds\":[");
	for (int i = 0; i < boot->handed; i++)
		say_piece(boot->initrd[i], i);
	say("],\"archives\":[");
	for (int i = 0; i < boot->handed; i++)
		each_archive(boot->initrd[i], &entry, say_piece);
	say("],\"memory_mib\":");
	say_number(boot->memory_mib);
	field("secure_boot", boot->secure_boot);
	say_uuid(boot->uuid);
	field("error", error ? error : "");
	say("}@@\r\n");
	wait_for(SENT);
}
