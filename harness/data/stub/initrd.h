/* What was handed over as initrd: its size, its hash, the archives in it, and whose run it is.
 *
 * Linux unpacks one archive after the other, plain or packed, with zeros between. Packed ones
 * are passed over here; a plain one ("newc", Documentation/driver-api/early-userspace/
 * buffer-format.rst) is walked to its end, which must be there.
 */

#define HANDED_MAX 8
#define HEADER_SIZE 110
#define ALIGNED(number) (((number) + 3) & ~(size_t)3)

struct piece {
	const u8 *data;
	size_t size;
};

struct entry {
	struct piece token, name;
	int archives; /* told of */
};

/* Read eight hexadecimal digits; -1 when they are something else. */
static long long hex8(const u8 *text)
{
	long long value = 0;
	for (int i = 0; i < 8; i++) {
		u8 c = text[i] | 0x20;
		if (c >= '0' && c <= '9')
			c -= '0';
		else if (c >= 'a' && c <= 'f')
			c -= 'a' - 10;
		else
			return -1;
		value = value << 4 | c;
	}
	return value;
}

static struct piece line_of(const u8 *data, size_t size)
{
	struct piece line = {data, 0};
	while (line.size < size && data[line.size] != '\n' && data[line.size])
		line.size++;
	return line;
}

static int is_archive(struct piece in, size_t at)
{
	return in.size - at >= 6 && same(in.data + at, "070701", 6);
}

/* Walk the archive that begins at `at`, noting this run's files; give its end, or 0. */
static size_t walk(struct piece in, size_t at, struct entry *entry)
{
	while (in.size - at >= HEADER_SIZE && is_archive(in, at)) {
		const u8 *header = in.data + at;
		long long size = hex8(header + 54), named = hex8(header + 94);
		size_t left = in.size - at;
		if (size < 0 || named < 1 || (u64)named > left - HEADER_SIZE)
			return 0;
		const char *name = (const char *)header + HEADER_SIZE;
		if (name[named - 1])
			return 0;
		size_t data = ALIGNED(HEADER_SIZE + (size_t)named);
		if (same(name, "TRAILER!!!", 11))
			return at + data > in.size ? in.size : at + data;
		if (data > left || (u64)size > left - data)
			return 0;
		if (same(name, "etc/harness/token", 18))
			entry->token = line_of(header + data, size);
		if (same(name, "etc/harness/entry", 18))
			entry->name = line_of(header + data, size);
		at += data + ALIGNED((size_t)size);
		if (at > in.size)
			return 0;
	}
	return 0;
}

/* Tell `found` of every plain archive; say whether all of them are whole. */
static int each_archive(struct piece in, struct entry *entry, void (*found)(struct piece, int))
{
	int packed = 0;
	for (size_t at = 0; at < in.size;) {
		size_t end = is_archive(in, at) ? walk(in, at, entry) : 0;
		if (end) {
			struct piece archive = {in.data + at, end - at};
			if (found)
				found(archive, entry->archives++);
			at = ALIGNED(end);
			packed = 0;
		} else if (is_archive(in, at) && !packed) {
			return 0;
		} else {
			packed |= in.data[at] != 0;
			at += 4;
		}
	}
	return 1;
}
