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
#define PATIENCE 1000000 /* looks at the serial port before it counts as absent */

#ifdef __aarch64__
#include "virt.h"
#else
#include "pc.h"
#endif

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
		if (line_has(state))
			return 1;
	return 0;
}

static void put(char c)
{
	if (wait_for(ROOM))
		send(c);
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
