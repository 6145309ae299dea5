/* What every part of the stub payload stands on: types, ports, memory, the serial line.
 *
 * Nothing here or elsewhere is written to but the stack: the image has no data section, so
 * that it runs wherever a loader has put it and a firmware may map it read-only.
 */
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define TEXT_MAX 2048 /* Linux's COMMAND_LINE_SIZE */
#define COM1 0x3f8
#define LINE_STATUS (COM1 + 5)
#define ROOM 0x20
#define SENT 0x40
#define PATIENCE 1000000 /* looks at the serial port before it counts as absent */

static inline void outb(u16 port, u8 value) { __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }
static inline void outw(u16 port, u16 value) { __asm__ volatile("outw %0, %1" ::"a"(value), "Nd"(port)); }
static inline void outl(u16 port, u32 value) { __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port)); }

static inline u8 inb(u16 port)
{
	u8 value;
	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static inline u32 inl(u16 port)
{
	u32 value;
	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* gcc calls these by name wherever it sees fit. */
void *memcpy(void *to, const void *from, size_t size)
{
	void *place = to;
	__asm__ volatile("rep movsb" : "+D"(place), "+S"(from), "+c"(size)::"memory");
	return to;
}

void *memset(void *to, int value, size_t size)
{
	void *place = to;
	__asm__ volatile("rep stosb" : "+D"(place), "+c"(size) : "a"(value) : "memory");
	return to;
}

static int same(const void *left, const void *right, size_t size)
{
	const u8 *a = left, *b = right;
	while (size && *a == *b)
		a++, b++, size--;
	return !size;
}

static size_t length(const char *text)
{
	size_t size = 0;
	while (text[size])
		size++;
	return size;
}

static int wait_for(u8 state)
{
	for (u32 i = 0; i < PATIENCE; i++)
		if ((inb(LINE_STATUS) & state) == state)
			return 1;
	return 0;
}

static void put(char c)
{
	if (wait_for(ROOM))
		outb(COM1, c);
}

static void say(const char *text)
{
	while (*text)
		put(*text++);
}

static void say_hex(u32 value, int digits)
{
	while (digits--)
		put("0123456789abcdef"[value >> 4 * digits & 15]);
}

static void say_number(u32 value)
{
	char digits[11];
	int i = sizeof(digits) - 1;
	digits[i] = 0;
	do
		digits[--i] = '0' + value % 10;
	while (value /= 10);
	say(digits + i);
}
