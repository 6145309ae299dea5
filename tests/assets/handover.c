/* A loader that enters an image as GRUB's `linuxefi` does, by Linux's EFI handover.
 *
 * Documentation/arch/x86/boot.rst, "EFI Handover Protocol (deprecated)"; offsets as there.
 */
#include <stdint.h>

__asm__(".text\n.balign 4096\n.globl image, initrd, rest\n"
	"image: .incbin \"" KERNEL "\"\n.balign 4096\ninitrd: .incbin \"" INITRD "\"\nrest:\n.balign 16\n");
extern const uint8_t image[], initrd[], rest[];
static uint8_t params[4096] __attribute__((aligned(4096))) = {1};

#ifdef __x86_64__
#define EFI __attribute__((ms_abi))
#define BIAS 512
#else
#define EFI
#define BIAS 0
#endif

uintptr_t EFI efi_main(void *handle, void *system)
{
	void (*enter)(void *, void *, uint8_t *);
	for (int i = 0; i < 4096; i++)
		params[i] = i >= 0x1f1 && i < 0x290 ? image[i] : 0;
	*(uint32_t *)(params + 0x218) = (uintptr_t)initrd;
	*(uint32_t *)(params + 0x21c) = rest - initrd;
	*(uint32_t *)(params + 0x228) = (uintptr_t)"handed over";
	enter = (void *)(image + 512 * (image[0x1f1] + 1) + *(uint32_t *)(image + 0x264) + BIAS);
	enter(handle, system, params);
	return 1;
}
