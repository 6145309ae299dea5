/* The boot sector of a disk that proves itself: sends its text to the first serial port, ends.
 *
 * Not by the BIOS, which would show it on a screen and a serial console both. The text is
 * written behind `text`, and the partition table behind it, when a disk is made.
 */
	.code16
	.globl	start
start:	cld
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	$0x7c00 + text - start, %si
next:	lodsb
	testb	%al, %al
	jz	switch_off
	movb	%al, %ah
	movw	$0x3fd, %dx		/* line status: bit 5 says that there is room for a letter */
wait:	inb	%dx, %al
	testb	$0x20, %al
	jz	wait
	movb	%ah, %al
	movw	$0x3f8, %dx
	outb	%al, %dx
	jmp	next

/* QEMU's machines: ACPI's PM1a control where SeaBIOS puts it, or did, S5 being 0. */
switch_off:
	movw	$0x2000, %ax
	movw	$0x604, %dx
	outw	%ax, %dx
	movw	$0xb004, %dx
	outw	%ax, %dx
rest:	hlt
	jmp	rest

	.org	start + 0x60
text:
