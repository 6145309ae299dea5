/* Where the protected-mode part begins: Linux's 32-bit entry, and the area that is filled in.
 *
 * Documentation/arch/x86/boot.rst, "32-bit Boot Protocol": flat segments, no paging, no
 * interrupts, %esi is struct boot_params; a stack is not promised.
 */
	.section .head, "ax"
	.code32
	.globl start32
start32:
	jmp	1f
	.org	start32 + 0x08
	.long	0			/* how long this part is, with the sum at its end */
	.org	start32 + 0x10
	.ascii	"HARNESS-ENTRY 1\n"
	.fill	480, 1, 0		/* token, entry, what initrd it needs: three lines */
1:	cli
	cld
	/* Below 64 KiB nothing is left of a BIOS' or a loader's by now. */
	movl	$0x10000, %esp
	call	2f
2:	popl	%edi
	subl	$(2b - start32), %edi
	movl	%edi, %ebx
	/* What was cut short must not run on: the sum comes before any C. */
	movl	8(%ebx), %ecx
	shrl	$2, %ecx
	jz	4f
	decl	%ecx
	xorl	%eax, %eax
3:	roll	$1, %eax
	addl	(%ebx), %eax
	addl	$4, %ebx
	loop	3b
	cmpl	(%ebx), %eax
	jne	4f
	pushl	%edi
	pushl	%esi
	call	bios_main
4:	leal	(said - start32)(%edi), %esi
5:	movl	$1000000, %ecx
	movw	$0x3fd, %dx
6:	inb	%dx, %al
	testb	$0x20, %al
	loopz	6b
	movw	$0x3f8, %dx
	lodsb
	testb	%al, %al
	jz	7f
	outb	%al, %dx
	jmp	5b
7:	movw	$0x604, %dx
	movw	$0x2000, %ax
	outw	%ax, %dx
8:	hlt
	jmp	8b
said:	.asciz	"\r\nPayload: the kernel is cut short or damaged\r\n      "
