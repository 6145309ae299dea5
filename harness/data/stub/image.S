/* The image: what a BIOS loader and an EFI firmware each read from the same first bytes.
 *
 * The layout follows Documentation/arch/x86/boot.rst (2.15) and the PE format. An offset in
 * the file is the same offset from where the firmware has mapped it.
 */
#define SECTOR 512
#define SETUP_SECTORS 7 /* behind the boot sector: the rest begins at a page */
#define PAGE 0x1000

	.section .head, "ax"
	.code16
	.globl image
image:
	.ascii	"MZ"
	.org	image + 0x3c
	.long	pe - image
pe:	.ascii	"PE\0\0"
	.word	MACHINE
	.word	1			/* sections */
	.long	0, 0, 0
	.word	sections - optional
	.word	0x020e			/* executable, no line numbers or symbols */
optional:
#ifdef __x86_64__
	.word	0x020b
#else
	.word	0x010b
#endif
	.byte	2, 0
	.long	kernel_size, 0, 0
	.long	efi_main_offset
	.long	PAGE			/* where code begins */
#ifdef __x86_64__
	.quad	0
#else
	.long	0, 0
#endif
	.long	PAGE, SECTOR		/* alignment: mapped, in the file */
	.word	0, 0
	.word	3, 0			/* "initrd by LoadFile2", as GRUB 2.12 understands it */
	.word	0, 0
	.long	0
	.long	image_size
	.long	PAGE			/* headers */
	.long	0
	.word	10			/* EFI application */
	.word	0x0100			/* may be mapped read-only, its stack not to be run */
#ifdef __x86_64__
	.quad	0, 0, 0, 0
#else
	.long	0, 0, 0, 0
#endif
	.long	0
	.long	6			/* directories: one is where a signature goes */
	.quad	0, 0, 0, 0, 0, 0
sections:
	.ascii	".text\0\0\0"
	.long	kernel_size, PAGE, kernel_size, PAGE
	.long	0, 0, 0
	.long	0x60000020

	/* Fields that a loader reads as zero up to here are those of struct boot_params. */
	.org	image + 0x1e0
	.long	0			/* memory above 1 MiB, in KiB: written below */
	.org	image + 0x1f1
	.byte	SETUP_SECTORS
	.word	1			/* root is read-only */
	.long	kernel_paragraphs
	.word	0, 0xffff, 0
	.word	0xaa55
	jmp	setup
	.org	image + 0x202
	.ascii	"HdrS"
	.word	0x020f			/* protocol */
	.long	0
	.word	0x1000
	.word	name - image - 0x200
	.byte	0
	.byte	1			/* loaded high */
	.word	0x8000
code32:	.long	0x100000
	.long	0, 0			/* the initrd */
	.long	0
	.word	0
	.byte	0, 0
	.long	0			/* the command line */
	.long	0x7fffffff		/* the highest place for an initrd */
	.long	PAGE			/* alignment */
	.byte	1			/* runs anywhere */
	.byte	12
	.word	XLOADFLAGS
	.long	2047			/* longest command line */
	.long	0
	.quad	0
	.long	0, 0
	.quad	0
	.quad	0x100000
	.long	init_size
	.long	handover_offset
	.long	0

setup:	cli
	cld
	/* What Linux's setup asks of its loader: data segments at its first byte. */
	cmpl	$0x5a5aaa55, signature - image
	jne	4f
	movw	$0xe801, %ax
	xorw	%cx, %cx
	xorw	%dx, %dx
	sti
	int	$0x15
	cli
	jc	2f
	jcxz	1f
	movw	%cx, %ax
	movw	%dx, %bx
1:	movzwl	%ax, %eax
	movzwl	%bx, %ebx
	shll	$6, %ebx
	addl	%ebx, %eax
	movl	%eax, 0x1e0
2:	movb	$0x80, %al
	outb	%al, $0x70		/* no NMI */
	inb	$0x92, %al
	orb	$2, %al			/* address line 20 */
	andb	$0xfe, %al
	outb	%al, $0x92
	xorl	%esi, %esi
	movw	%ds, %si
	shll	$4, %esi
	addl	%esi, table + 2 - image
	leal	flat - image(%esi), %eax
	movl	%eax, target - image
	lgdtl	table - image
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	*(target - image)
4:	hlt
	jmp	4b

	.code32
flat:	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %fs
	movl	%eax, %gs
	movl	%eax, %ss
	jmp	*(code32 - image)(%esi)

	.balign	8
target:	.long	0
	.word	0x10
	.balign	8
descriptors:
	.quad	0, 0
	.quad	0x00cf9b000000ffff	/* code */
	.quad	0x00cf93000000ffff	/* data */
table:	.word	table - descriptors - 1
	.long	descriptors - image
name:	.asciz	"netboot-harness stub payload"

	.org	image + PAGE - 4
signature:
	.long	0x5a5aaa55
	.incbin	BIOS_PART
