/* QEMU's board for 64-bit ARM: its serial port is a PL011 (Arm DDI 0183), where it always is. */

#define PL011 0x09000000
#define ROOM 0x20 /* of its flags: the queue is full */
#define SENT 0x08 /* it sends */

static inline int line_has(u8 state)
{
	/* Its flags say what hinders: none of them may stand. */
	return !(*(const volatile u32 *)(PL011 + 0x18) & state);
}

static inline void send(char c) { *(volatile u32 *)PL011 = (u8)c; }

/* gcc calls these by name wherever it sees fit, and would see them in these loops. */
__attribute__((optimize("no-tree-loop-distribute-patterns")))
void *memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)to)[i] = ((const u8 *)from)[i];
	return to;
}

__attribute__((optimize("no-tree-loop-distribute-patterns")))
void *memset(void *to, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((u8 *)to)[i] = value;
	return to;
}
