/* The image for arm64: what an EFI firmware reads, with Linux's mark for loaders that look for it.
 *
 * The layout follows Documentation/arch/arm64/booting.rst and the PE format. An offset in the
 * file is the same offset from where the firmware has mapped it.
 */
#define SECTOR 512
#define PAGE 0x1000

	.section .head, "ax"
	.globl image
image:
	.ascii	"MZ"
	.org	image + 0x10
	.quad	image_size		/* of it in memory */
	.org	image + 0x38
	.ascii	"ARM\x64"
	.long	pe - image
pe:	.ascii	"PE\0\0"
	.short	MACHINE
	.short	1			/* sections */
	.long	0, 0, 0
	.short	sections - optional
	.short	0x020e			/* executable, no line numbers or symbols */
optional:
	.short	0x020b
	.byte	2, 0
	.long	kernel_size, 0, 0
	.long	efi_main_offset
	.long	PAGE			/* where code begins */
	.quad	0
	.long	PAGE, SECTOR		/* alignment: mapped, in the file */
	.short	0, 0
	.short	3, 0			/* "initrd by LoadFile2", as GRUB 2.12 understands it */
	.short	0, 0
	.long	0
	.long	image_size
	.long	PAGE			/* headers */
	.long	0
	.short	10			/* EFI application */
	.short	0x0100			/* may be mapped read-only, its stack not to be run */
	.quad	0, 0, 0, 0
	.long	0
	.long	6			/* directories: one is where a signature goes */
	.quad	0, 0, 0, 0, 0, 0
sections:
	.ascii	".text\0\0\0"
	.long	kernel_size, PAGE, kernel_size, PAGE
	.long	0, 0, 0
	.long	0x60000020

	/* What corresponds to the protected-mode part of a PC's: its length, and what is filled in. */
	.org	image + PAGE + 0x08
	.long	0
	.org	image + PAGE + 0x10
	.ascii	"HARNESS-ENTRY 1\n"
	.fill	480, 1, 0
