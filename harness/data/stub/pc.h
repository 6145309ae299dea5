/* PCs: ports, the first serial one among them, and memory as their processors move it fast. */

#define COM1 0x3f8
#define LINE_STATUS (COM1 + 5)
#define ROOM 0x20
#define SENT 0x40

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

static inline int line_has(u8 state) { return (inb(LINE_STATUS) & state) == state; }
static inline void send(char c) { outb(COM1, c); }
